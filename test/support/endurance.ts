/** How long the fault tests go on: short by default, as `scripts/endurance.mjs` says otherwise. */
export const endurance = {
  /** Rounds of what is random; the default is what a test run has time for. */
  rounds: (usual: number) => wholeNumber("NEUROTABLES_ENDURANCE_ROUNDS") ?? usual,
  seed: wholeNumber("NEUROTABLES_ENDURANCE_SEED") ?? 1,
  long: wholeNumber("NEUROTABLES_ENDURANCE_ROUNDS") !== undefined,
};

/** Says what a long run found. A usual test run stays silent. */
export function report(figures: Readonly<Record<string, number | string>>): void {
  if (!endurance.long) return;
  const text = Object.entries(figures).map(([name, value]) => `${value} ${name}`);
  process.stdout.write(`${text.join(", ")}\n`);
}

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${name} is a whole number, not "${text}"`);
  return Number(text);
}
