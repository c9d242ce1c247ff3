/** Days from 1970-01-01 of the proleptic Gregorian calendar (Hinnant's days from civil). */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** First and last day that a date may mean; days are counted from 1970-01-01. */
export interface DaySpan {
  readonly first: number;
  readonly last: number;
}

/** The days that an ISO date means when only so much of it was stated. */
export function daySpan(date: string, precision: "day" | "month" | "year"): DaySpan {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  if (precision === "year") return { first: dayNumber(year, 1, 1), last: dayNumber(year + 1, 1, 1) - 1 };
  if (precision === "month") {
    const next = month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1);
    return { first: dayNumber(year, month, 1), last: next - 1 };
  }
  const first = dayNumber(year, month, day);
  return { first, last: first };
}
