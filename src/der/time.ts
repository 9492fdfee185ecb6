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
    const digits = ascii(reader.content(tag.utcTime, what));
    if (!/^\d{12}Z$/.test(digits)) throw new DerError(what, 'a UTCTime that is not YYMMDDHHMMSSZ');
    const year = Number(digits.slice(0, 2));
    return {
      milliseconds: toMilliseconds(year >= 50 ? 1900 + year : 2000 + year, digits.slice(2), what),
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
  const digits = ascii(reader.content(expectedTag, what));
  if (!/^\d{14}Z$/.test(digits)) throw new DerError(what, 'a GeneralizedTime that is not YYYYMMDDHHMMSSZ');
  return toMilliseconds(Number(digits.slice(0, 4)), digits.slice(4), what);
}

const firstOf2050 = Date.UTC(2050, 0, 1);

function toMilliseconds(year: number, rest: string, what: string): number {
  const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((at) => Number(rest.slice(at, at + 2))) as [
    number,
    number,
    number,
    number,
    number,
  ];
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; the year is set apart.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exact =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exact) throw new DerError(what, 'a date or time that does not exist');
  return date.getTime();
}

function ascii(content: Uint8Array): string {
  return content.length > 32 ? '' : String.fromCharCode(...content);
}
