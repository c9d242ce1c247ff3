/** A linear map from values to places. */
export interface Scale {
  readonly minimum: number;
  readonly maximum: number;
  at(value: number): number;
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [minimum, maximum] = domain;
  const [from, to] = range;
  const factor = maximum === minimum ? 0 : (to - from) / (maximum - minimum);
  return { minimum, maximum, at: (value) => from + (value - minimum) * factor };
}

/** Round values (1, 2 or 5 times a power of ten apart) inside a span: at most `most` of them, at least one step. */
export function niceTicks(minimum: number, maximum: number, most: number): number[] {
  const span = maximum - minimum;
  if (!(span > 0) || !Number.isFinite(span) || most < 1) return Number.isFinite(minimum) ? [minimum] : [];
  for (let exponent = Math.floor(Math.log10(span / most)) - 1; ; exponent++) {
    for (const digit of [1, 2, 5]) {
      const ticks = multiples(minimum, maximum, digit, exponent);
      if (ticks.length <= most) return ticks;
    }
  }
}

/** Multiples of digit × 10^exponent in a span, each the double nearest to its decimal text. */
function multiples(minimum: number, maximum: number, digit: number, exponent: number): number[] {
  const step = Number(`${digit}e${exponent}`);
  const first = Math.ceil(minimum / step - 1e-9);
  const last = Math.floor(maximum / step + 1e-9);
  const ticks: number[] = [];
  for (let index = first; index <= last && ticks.length <= 1000; index++) {
    ticks.push(Number(`${index * digit}e${exponent}`));
  }
  return ticks;
}

/** 1, 3, 10, 30 … up to the maximum, for logarithmic legends. */
export function logTicks(minimum: number, maximum: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(minimum)); 10 ** exponent <= maximum; exponent++) {
    for (const digit of [1, 3]) {
      const tick = Number(`${digit}e${exponent}`);
      if (tick >= minimum && tick <= maximum) ticks.push(tick);
    }
  }
  return ticks;
}

/** A number as an axis writes it: at most four digits, a true minus sign. */
export function tickText(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.replace("-", "−");
}

/** Thousands apart, as in `1,600`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: `1 pair`, `1,337 pairs`. */
export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}
