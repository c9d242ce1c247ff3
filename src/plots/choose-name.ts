import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";

/** Names shown of a long list. */
const SHOWN = 5;

/** A few of many names, and how many more there are. */
export function someNames(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

/**
 * The name that a person means: the whole of it, or an end of it that no other name has.
 *
 * @throws {UsageError} `usage/no-KIND`, `usage/unknown-KIND`, `usage/ambiguous-KIND`, with names near to it.
 */
export function chooseName(kind: string, given: string | undefined, names: readonly string[]): string {
  const list = names.length === 0 ? "there is none" : `there ${names.length === 1 ? "is" : "are"} ${someNames(names)}`;
  if (given === undefined) {
    throw new UsageError(`no-${kind}`, `which ${kind}?`, { wayOut: `name a ${kind}: ${list}` });
  }
  if (names.includes(given)) return given;
  const ends = names.filter((name) => name.endsWith(given));
  const [only] = ends;
  if (ends.length === 1 && only !== undefined) return only;
  if (ends.length > 1) {
    throw new UsageError(`ambiguous-${kind}`, `"${given}" is the end of ${ends.length} names: ${someNames(ends)}`, {
      fields: { [kind]: given, matches: ends.slice(0, SHOWN) },
      wayOut: "give more of the name",
    });
  }
  const near = didYouMean(given, [...names, ...names.map((name) => name.slice(name.lastIndexOf("/") + 1))]);
  throw new UsageError(`unknown-${kind}`, `there is no ${kind} "${given}"${near === undefined ? "" : `; ${near}`}`, {
    fields: { [kind]: given },
    wayOut: list,
  });
}
