/**
 * One window of a unit: the model reads tokens `begin` … `end` − 1 and predicts `first` … `last`, both included; null
 * where it predicts nothing (a window of one token).
 */
export interface TokenWindow {
  readonly begin: number;
  readonly end: number;
  readonly first: number | null;
  readonly last: number | null;
}

/**
 * Windows of `n` tokens, as the published code of Meeus et al. (arXiv 2310.15007) cuts them: they begin at 0, `stride`,
 * 2·`stride`, … and hold up to `context` tokens; the one that reaches the end is the last. Each predicts all of its
 * tokens but the first. With `stride` = `context` − 1 every token but the first of the unit is predicted exactly once;
 * with `stride` = `context`, the default of the published code, the first of every window is not. No tokens: no windows.
 * @throws {RangeError} for sizes that are no positive whole numbers.
 */
export function windowsOf(n: number, context: number, stride: number = Math.max(1, context - 1)): TokenWindow[] {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} tokens have no windows`);
  for (const [name, size] of Object.entries({ context, stride })) {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError(`the ${name} of windows is ${size}`);
  }
  const windows: TokenWindow[] = [];
  for (let begin = 0; begin < n; begin += stride) {
    const end = Math.min(begin + context, n);
    const predicts = end - begin > 1;
    windows.push({ begin, end, first: predicts ? begin + 1 : null, last: predicts ? end - 1 : null });
    if (end === n) break;
  }
  return windows;
}
