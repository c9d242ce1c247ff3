/** Of a pattern, all but the two that stand for others. */
const LITERAL = /[.+^${}()|[\]\\]/g;

/**
 * Whether a recording is chosen by one of the patterns: its whole `recording_id`, where `*` stands for any text, and `?`
 * for one character.
 */
export function recordingMatcher(patterns: readonly string[]): (recordingId: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const body = pattern.replace(LITERAL, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
    return new RegExp(`^${body}$`, "su");
  });
  return (recordingId) => expressions.some((expression) => expression.test(recordingId));
}
