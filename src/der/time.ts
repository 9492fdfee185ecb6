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
    reader.pass(tag.utcTime, what);
    if (!isDigitsZ(reader, 13)) throw new DerError(what, 'a UTCTime that is not YYMMDDHHMMSSZ');
    const { bytes, contentStart: start } = reader;
    const year = twoDigits(bytes, start);
    return {
      milliseconds: toMilliseconds(year >= 50 ? 1900 + year : 2000 + year, bytes, start + 2, what),
      canonical: true,
    };
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
  reader.pass(expectedTag, what);
  if (!isDigitsZ(reader, 15)) throw new DerError(what, 'a GeneralizedTime that is not YYYYMMDDHHMMSSZ');
  const { bytes, contentStart: start } = reader;
  return toMilliseconds(twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2), bytes, start + 4, what);
}

const firstOf2050 = Date.UTC(2050, 0, 1);

/**
 * RFC 3339 in UTC, without a fraction where the time is a whole second. Written by hand for the years that four digits can
 * tell: a verdict holds a dozen of these, and toISOString takes twenty times as long.
 */
export function formatTime(milliseconds: number): string {
  if (milliseconds % 1000 !== 0) return new Date(milliseconds).toISOString();
  if (!(milliseconds >= firstOfYear1 && milliseconds < firstOfYear10000)) {
    return `${new Date(milliseconds).toISOString().slice(0, -5)}Z`;
  }
  const days = Math.floor(milliseconds / 86_400_000);
  const seconds = (milliseconds / 1000 - days * 86_400) | 0;
  // Years that begin in March put the leap day last (the algorithm is H. Hinnant's civil_from_days). All of it fits 32 bits.
  const sinceMarch0 = (days + 719_468) | 0;
  const era = (sinceMarch0 / 146_097) | 0;
  const dayOfEra = sinceMarch0 - era * 146_097;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const minutes = (seconds / 60) | 0;
  const hour = (minutes / 60) | 0;
  const minute = minutes - hour * 60;
  const second = seconds - minutes * 60;
  // One string of twenty characters, instead of a dozen that are put together.
  return String.fromCharCode(
    0x30 + ((year / 1000) | 0),
    0x30 + (((year / 100) | 0) % 10),
    tens(year % 100),
    ones(year),
    0x2d,
    tens(month),
    ones(month),
    0x2d,
    tens(day),
    ones(day),
    0x54,
    tens(hour),
    ones(hour),
    0x3a,
    tens(minute),
    ones(minute),
    0x3a,
    tens(second),
    ones(second),
    0x5a,
  );
}

const firstOfYear1 = Date.parse('0001-01-01T00:00:00Z');
const firstOfYear10000 = Date.UTC(10_000, 0, 1);
const tens = (value: number): number => 0x30 + ((value / 10) | 0);
const ones = (value: number): number => 0x30 + (value % 10);

/** The content passed last is `length` octets: digits, then Z. */
function isDigitsZ({ bytes, contentStart, contentEnd }: DerReader, length: number): boolean {
  if (contentEnd - contentStart !== length) return false;
  const last = contentEnd - 1;
  for (let i = contentStart; i < last; i++) {
    const octet = bytes[i] as number;
    if (octet < 0x30 || octet > 0x39) return false;
  }
  return bytes[last] === 0x5a;
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
  return (((daysBefore(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/**
 * Days from 1970 to a date (H. Hinnant's days_from_civil, as formatTime turns it round): Date.UTC takes several times as long,
 * and the years 0 to 99 for 1900 to 1999.
 */
function daysBefore(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = (((153 * marchMonth + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
