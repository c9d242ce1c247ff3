const ISO_DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?Z?$/;
const ISO_TIME = /^(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/;
const DAY_MILLISECONDS = 86_400_000;
/** Day 0 of the 1900 system, as if that year had had the 29th of February that it counts. */
const DAY_ZERO = Date.UTC(1899, 11, 30);
const FIRST_OF_MARCH_1900 = 61;

/** The serial number (days, 1900 system) of an ISO date, date and time, or time; undefined for anything else. */
export function serialDate(text: string): number | undefined {
  const time = ISO_TIME.exec(text);
  if (time !== null) return dayFraction(time[1], time[2], time[3]);
  const found = ISO_DATE.exec(text);
  if (found === null) return undefined;
  const [year, month, day] = found.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const days = (date.getTime() - DAY_ZERO) / DAY_MILLISECONDS;
  const fraction = dayFraction(found[4] ?? "0", found[5] ?? "0", found[6]);
  return fraction === undefined ? undefined : (days < FIRST_OF_MARCH_1900 ? days - 1 : days) + fraction;
}

function dayFraction(hours: string | undefined, minutes: string | undefined, seconds = "0"): number | undefined {
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) >= 61) return undefined;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) / 86_400;
}
