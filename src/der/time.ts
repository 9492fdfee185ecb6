/**
 * Time (RFC 5280 §4.1.2.5): UTCTime and GeneralizedTime in the one form each that DER and the RFC allow: seconds
 * given, zone Z, no fraction. Times are milliseconds since 1970 in UTC, always whole seconds.
 */
import { DerError, type DerReader, tag } from './reader.js';

export interface Time {
  readonly milliseconds: number;
  /** GeneralizedTime for a date before 2050, or UTCTime never: the RFC asks issuers for UTCTime through 2049. */
  readonly canonical: boolean;
}

export function readTime(reader: DerReader, what: string): Time {
  const next = reader.peek();
  if (next === tag.utcTime) {
    const content = reader.content(tag.utcTime, what);
    if (content.length !== 13 || !isDigitsZ(content)) throw new DerError(what, 'a UTCTime that is not YYMMDDHHMMSSZ');
    const year = twoDigits(content, 0);
    return { milliseconds: toMilliseconds(year >= 50 ? 1900 + year : 2000 + year, content, 2, what), canonical: true };
  }
  if (next === tag.generalizedTime) {
    const milliseconds = readGeneralizedTime(reader, what);
    return { milliseconds, canonical: milliseconds >= firstOf2050 };
  }
  throw new DerError(what, next === -1 ? 'the end of the data' : 'something that is no time');
}

/** YYYYMMDDHHMMSSZ and nothing else. */
export function readGeneralizedTime(
  reader: DerReader,
  what: string,
  expectedTag: number = tag.generalizedTime,
): number {
  const content = reader.content(expectedTag, what);
  if (content.length !== 15 || !isDigitsZ(content)) {
    throw new DerError(what, 'a GeneralizedTime that is not YYYYMMDDHHMMSSZ');
  }
  return toMilliseconds(twoDigits(content, 0) * 100 + twoDigits(content, 2), content, 4, what);
}

const firstOf2050 = Date.UTC(2050, 0, 1);

/** RFC 3339 in UTC, without a fraction where the time is a whole second. */
export function formatTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return milliseconds % 1000 === 0 ? `${text.slice(0, -5)}Z` : text;
}

/** Digits, then Z. */
function isDigitsZ(content: Uint8Array): boolean {
  const last = content.length - 1;
  for (let i = 0; i < last; i++) {
    const octet = content[i] as number;
    if (octet < 0x30 || octet > 0x39) return false;
  }
  return content[last] === 0x5a;
}

function twoDigits(content: Uint8Array, at: number): number {
  return ((content[at] as number) - 0x30) * 10 + (content[at + 1] as number) - 0x30;
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function toMilliseconds(year: number, content: Uint8Array, at: number, what: string): number {
  const month = twoDigits(content, at);
  const day = twoDigits(content, at + 2);
  const hour = twoDigits(content, at + 4);
  const minute = twoDigits(content, at + 6);
  const second = twoDigits(content, at + 8);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (daysOfMonth[month - 1] ?? 0) + (leap ? 1 : 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) {
    throw new DerError(what, 'a date or time that does not exist');
  }
  if (year >= 100) return Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; the year is set apart.
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  return date.setUTCFullYear(year);
}
