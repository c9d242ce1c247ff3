export interface DocumentDate {
  /** ISO 8601; what is not given is the first. */
  readonly date: string;
  readonly precision: "day" | "month" | "year";
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAME =
  "(january|february|march|april|may|june|july|august|september|october|november|december|" +
  "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\\.?";
/** Named groups m(onth by name), d, y, n (month by number). */
const FORMS = [
  new RegExp(`^${NAME.replace("(", "(?<m>")} (?<d>\\d{1,2})(?:st|nd|rd|th)?,? ?(?<y>\\d{4})$`),
  new RegExp(`^(?<d>\\d{1,2})(?:st|nd|rd|th)? ${NAME.replace("(", "(?<m>")},? (?<y>\\d{4})$`),
  new RegExp(`^${NAME.replace("(", "(?<m>")},? ?(?<y>\\d{4})$`),
  /^(?<y>\d{4})-(?<n>\d{1,2})-(?<d>\d{1,2})(?:t[0-9:.]+(?:z|[+-][0-9:]+)?| [0-9:.]+)?$/,
  /^(?<y>\d{4})\/(?<n>\d{1,2})\/(?<d>\d{1,2})$/,
  /^(?<y>\d{4})-(?<n>\d{1,2})$/,
  /^(?<y>\d{4})$/,
];
const LONGEST = 64;

/**
 * A date as headers, catalogues and columns write it: `December 6, 2004`, `6 December 2004`, `February, 1994`,
 * `2004-12-06`, the same with a time, `2004-12`, `2004`. Undefined for anything else, also for the 30th of February.
 */
export function documentDate(text: string): DocumentDate | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = text.replace(/\s+/g, " ").trim().toLowerCase();
  for (const form of FORMS) {
    const groups = form.exec(plain)?.groups;
    if (groups === undefined) continue;
    const { m, n, d, y } = groups as Readonly<Record<"m" | "n" | "d" | "y", string | undefined>>;
    const month = m === undefined ? n : String(MONTHS.indexOf(m.slice(0, 3)) + 1);
    return calendarDate(Number(y), month, d);
  }
  return undefined;
}

/** A date of its parts, as text; undefined where there is no such day. */
export function calendarDate(year: number, month?: string, day?: string): DocumentDate | undefined {
  const [m, d] = [Number(month ?? 1), Number(day ?? 1)];
  const whole = [year, m, d].every(Number.isInteger);
  if (!whole || year < 1 || year > 9999 || m < 1 || m > 12 || d < 1 || d > daysIn(year, m)) return undefined;
  const digits = (value: number, width: number) => String(value).padStart(width, "0");
  return {
    date: `${digits(year, 4)}-${digits(m, 2)}-${digits(d, 2)}`,
    precision: month === undefined ? "year" : day === undefined ? "month" : "day",
  };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
