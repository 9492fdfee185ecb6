/** ISO 8601 durations of published schedules: P6M, P10D, P1Y2M, PT12H. Months are calendar months. */

export interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const form =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$/;

export function parseDuration(text: string): Duration | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wholeDays = weeks * 7 + days;
  return {
    months: years * 12 + months,
    milliseconds: (((wholeDays * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000,
  };
}

/** `start` (milliseconds) plus the duration; the 31st plus a month is the last day of the next. */
export function addDuration(start: number, duration: Duration): number {
  const date = new Date(start);
  const dayOfMonth = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + duration.months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(dayOfMonth, lastDay));
  return date.getTime() + duration.milliseconds;
}
