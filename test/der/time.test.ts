import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, DerReader } from '../../src/der/reader.js';
import { formatTime, readGeneralizedTime, readTime } from '../../src/der/time.js';

const reference = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('.000Z', 'Z');

const first = Date.parse('0000-01-01T00:00:00Z');
const last = Date.parse('9999-12-31T23:59:59Z');

/** The midnights of years in which calendars go wrong. */
function* days(): Generator<number> {
  for (const year of [0, 1, 4, 99, 100, 399, 400, 1600, 1899, 1900, 1969, 1970, 1999, 2000, 2023, 2024, 2100, 9999]) {
    const start = Date.parse(`${String(year).padStart(4, '0')}-01-01T00:00:00Z`);
    for (let day = 0; day < 366; day++) {
      const midnight = start + day * 86_400_000;
      if (midnight <= last) yield midnight;
    }
  }
}

describe('formatTime', () => {
  it('writes what toISOString writes, for whole seconds of four-digit years', () => {
    const seconds = fc.integer({ min: first / 1000, max: last / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(formatTime(second * 1000)).toBe(reference(second * 1000));
      }),
      { numRuns: 2000 },
    );
  });

  it('knows every day around the ends of months, years, centuries and eras', () => {
    for (const midnight of days()) {
      expect(formatTime(midnight)).toBe(reference(midnight));
      expect(formatTime(midnight + 86_399_000)).toBe(reference(midnight + 86_399_000));
    }
  });

  it('keeps fractions, and years that four digits cannot tell', () => {
    for (const time of [1, -1, 1_700_000_000_123, first - 1000, last + 1000, 8.64e15, -8.64e15]) {
      expect(formatTime(time)).toBe(reference(time));
    }
    expect(() => formatTime(Number.NaN)).toThrow(RangeError);
  });
});

describe('readGeneralizedTime', () => {
  it('reads every time that formatTime writes', () => {
    const seconds = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z') / 1000, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(readBack(second * 1000)).toBe(second * 1000);
      }),
    );
  });

  it('knows every day around the ends of months, years, centuries and eras', () => {
    for (const midnight of days()) expect(readBack(midnight)).toBe(midnight);
  });

  const readBack = (time: number): number => {
    const digits = Buffer.from(reference(time).replace(/[-:T]/g, ''));
    return readGeneralizedTime(new DerReader(Uint8Array.from([0x18, digits.length, ...digits])), 'a time');
  };
});

describe('readTime', () => {
  const read = (tag: number, text: string) => {
    const { milliseconds, canonical } = readTime(
      new DerReader(Uint8Array.from([tag, text.length, ...Buffer.from(text)])),
      'a time',
    );
    return [formatTime(milliseconds), canonical];
  };
  const [utc, generalized] = [0x17, 0x18];

  it('takes the two digits of UTCTime for the years 1950 to 2049 (RFC 5280 §4.1.2.5.1)', () => {
    expect(read(utc, '500101000000Z')).toEqual(['1950-01-01T00:00:00Z', true]);
    expect(read(utc, '991231235959Z')).toEqual(['1999-12-31T23:59:59Z', true]);
    expect(read(utc, '000229120000Z')).toEqual(['2000-02-29T12:00:00Z', true]);
    expect(read(utc, '491231235959Z')).toEqual(['2049-12-31T23:59:59Z', true]);
  });

  it('knows GeneralizedTime from the year 0 to the end of 9999, and where issuers should not have used it', () => {
    expect(read(generalized, '00000101000000Z')).toEqual(['0000-01-01T00:00:00Z', false]);
    expect(read(generalized, '19491231235959Z')).toEqual(['1949-12-31T23:59:59Z', false]);
    expect(read(generalized, '20491231235959Z')).toEqual(['2049-12-31T23:59:59Z', false]);
    expect(read(generalized, '20500101000000Z')).toEqual(['2050-01-01T00:00:00Z', true]);
    expect(read(generalized, '99991231235959Z')).toEqual(['9999-12-31T23:59:59Z', true]);
  });

  it.each([
    [utc, '5001010000Z'],
    [utc, '500101000000+0000'],
    [utc, '500101000000'],
    [utc, '010229000000Z'],
    [utc, '500101240000Z'],
    [utc, '500101000060Z'],
    [utc, '500001000000Z'],
    [utc, '20500101000000Z'],
    [generalized, '500101000000Z'],
    [generalized, '20500101000000.5Z'],
    [generalized, '205001010000Z'],
    [generalized, '20500101000000+0100'],
    [generalized, '21000229000000Z'],
  ])('refuses %i %s', (tag, text) => {
    expect(() => read(tag, text)).toThrow(DerError);
  });
});
