/**
 * TIME as command line and HTTP take it: RFC 3339 §5.6 with a zone, or a day, which means its last second in UTC; the
 * day of `now` means `now`. A time later than now is refused: nobody can vouch for the future, and a verdict about it
 * would rest on evidence that may still change.
 */

export type ReadTime = { ok: true; value: Date } | { ok: false; expected: string; found: string };

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const fullDate = /^(\d{4})-(\d\d)-(\d\d)$/;
const expected = 'a time as 2023-05-31T12:00:00Z (RFC 3339, with a zone) or a day as 2023-05-31';
const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Reads a TIME. `found` speaks of the form only. */
export function readTime(text: string, now: Date): ReadTime {
  const found = read(text, now);
  if (typeof found === 'string') return { ok: false, expected, found };
  if (found.getTime() > now.getTime()) {
    return { ok: false, expected: `a time not later than now (${now.toISOString()})`, found: found.toISOString() };
  }
  return { ok: true, value: found };
}

function read(text: string, now: Date): Date | string {
  const day = fullDate.exec(text);
  const parts = day ?? dateTime.exec(text);
  if (parts === null) return /^\d{4}-\d\d-\d\d[Tt ][\d:.]+$/.test(text) ? 'a time without a zone' : 'something else';
  const [year, month, dayOfMonth] = parts.slice(1, 4).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) {
    return 'a day that the calendar does not have';
  }
  if (day !== null) {
    if (text === now.toISOString().slice(0, 10)) return now;
    return new Date(Date.UTC(year, month - 1, dayOfMonth, 23, 59, 59));
  }
  const [hour, minute, second] = parts.slice(4, 7).map(Number) as [number, number, number];
  const zone = (parts[8] as string).toUpperCase();
  const [zoneHour, zoneMinute] = zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  // RFC 3339 §5.7 allows the leap second 60.
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return 'a time that no clock shows';
  const milliseconds = Math.floor(Number(parts[7] ?? 0) * 1000);
  const offset = (zone.startsWith('-') ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  return new Date(Date.UTC(year, month - 1, dayOfMonth, hour, minute - offset, second, milliseconds));
}
