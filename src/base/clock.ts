/** Gives the time: an effect, so that tests can set it. */
export type Clock = () => Date;

/** The machine's clock. */
export const systemClock: Clock = () => new Date();

/** `20250131T235959Z`: sorts as the times do, legal in file names everywhere. */
export function compactTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
