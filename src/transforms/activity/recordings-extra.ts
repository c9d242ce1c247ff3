/** JSON text of a column `extra` with more members; null when there are none. */
export function withMembers(extra: string | null, members: Readonly<Record<string, unknown>>): string | null {
  if (Object.keys(members).length === 0) return extra;
  const before = extra === null ? {} : (JSON.parse(extra) as Record<string, unknown>);
  return JSON.stringify({ ...before, ...members });
}
