/** ISO 8601 durations: calendar months, the last day of a month, and what is none. */
import { describe, expect, test } from 'vitest';
import { addDuration, parseDuration } from '../../src/trust/duration.js';

const hour = 3_600_000;
const day = 24 * hour;

test.each([
  ['P6M', 6, 0],
  ['P10D', 0, 10 * day],
  ['P1Y2M', 14, 0],
  ['P2W', 0, 14 * day],
  ['PT12H', 0, 12 * hour],
  ['PT1M', 0, 60_000],
  ['PT1S', 0, 1000],
  ['P1Y2M3W4DT5H6M7S', 14, 25 * day + 5 * hour + 6 * 60_000 + 7000],
  ['P0D', 0, 0],
])('%s', (text, months, milliseconds) => {
  expect(parseDuration(text)).toEqual({ months, milliseconds });
});

test.each(['', 'P', 'PT', 'P1DT', '10D', 'P-1D', 'P1.5D', 'P1D2M', 'P1H', 'p1d', 'P1D ', 'P99999M', 'PT1D'])(
  '"%s" is none',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

describe('added', () => {
  const add = (start: string, text: string) => {
    const duration = parseDuration(text);
    return duration && new Date(addDuration(Date.parse(start), duration)).toISOString().replace('.000Z', 'Z');
  };
  test.each([
    ['2026-01-31T10:00:00Z', 'P1M', '2026-02-28T10:00:00Z'],
    ['2024-01-31T10:00:00Z', 'P1M', '2024-02-29T10:00:00Z'],
    ['2026-08-31T23:59:59Z', 'P6M', '2027-02-28T23:59:59Z'],
    ['2026-07-01T00:00:00Z', 'P6M', '2027-01-01T00:00:00Z'],
    ['2024-02-29T00:00:00Z', 'P1Y', '2025-02-28T00:00:00Z'],
    ['2026-03-28T12:00:00Z', 'P10D', '2026-04-07T12:00:00Z'],
    ['2026-01-31T00:00:00Z', 'P1M1D', '2026-03-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', 'PT36H', '2026-01-02T12:00:00Z'],
  ])('%s and %s is %s', (start, text, end) => {
    expect(add(start, text)).toBe(end);
  });
});
