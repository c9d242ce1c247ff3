/** Interpolated Witten–Bell written down from its definition, with maps of n-grams and a loop over the vocabulary. */
export class NgramOracle {
  readonly #counts = new Map<string, Map<number, number>>();

  readonly order: number;
  readonly vocabulary: number;

  constructor(
    order: number,
    vocabulary: number,
    runs: readonly { readonly ids: readonly number[]; readonly times: number }[],
  ) {
    this.order = order;
    this.vocabulary = vocabulary;
    for (const { ids, times } of runs) {
      if (times === 0) continue;
      for (let i = 0; i < ids.length; i++) {
        for (let n = 0; n < order && n <= i; n++) {
          const context = ids.slice(i - n, i).join(" ");
          const followers = this.#counts.get(context) ?? new Map<number, number>();
          followers.set(ids[i] as number, (followers.get(ids[i] as number) ?? 0) + times);
          this.#counts.set(context, followers);
        }
      }
    }
  }

  distribution(history: readonly number[]): number[] {
    let p: number[] = new Array(this.vocabulary).fill(1 / this.vocabulary);
    for (let n = 0; n < this.order && n <= history.length; n++) {
      const followers = this.#counts.get(history.slice(history.length - n).join(" "));
      if (followers === undefined) break;
      const all = [...followers.values()].reduce((sum, count) => sum + count, 0);
      p = p.map((lower, id) => ((followers.get(id) ?? 0) + followers.size * lower) / (all + followers.size));
    }
    return p;
  }
}

/** The statistics of one prediction, from the whole distribution. */
export function statisticsOf(p: readonly number[], token: number) {
  const logs = p.map(Math.log);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const mean = sum(logs) / p.length;
  return {
    logprob: logs[token] as number,
    maxLogprob: Math.max(...logs),
    rank: p.filter((value) => value > (p[token] as number) * (1 + 1e-12)).length,
    mu: sum(p.map((value, id) => value * (logs[id] as number))),
    m2: sum(p.map((value, id) => value * (logs[id] as number) ** 2)),
    muUniform: mean,
    sdUniform: Math.sqrt(sum(logs.map((value) => (value - mean) ** 2)) / p.length),
  };
}
