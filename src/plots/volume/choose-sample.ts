import { didYouMean } from "../../base/diagnostics.js";
import { UsageError } from "../../base/errors.js";
import { chooseName, someNames } from "../choose-name.js";

/**
 * The sample that a person means: its whole name, or a beginning or an end of it that no other has. A beginning is
 * the line, `R14A02`.
 *
 * @throws {UsageError} `usage/no-sample`, `usage/unknown-sample`, `usage/ambiguous-sample`, with names near to it.
 */
export function chooseSample(given: string | undefined, names: readonly string[]): string {
  if (given === undefined || names.includes(given)) return chooseName("sample", given, names);
  const matches = names.filter((name) => name.startsWith(given) || name.endsWith(given));
  const [only] = matches;
  if (matches.length === 1 && only !== undefined) return only;
  if (matches.length > 1) {
    throw new UsageError(
      "ambiguous-sample",
      `"${given}" is the beginning or end of ${matches.length} names: ${someNames(matches)}`,
      { fields: { sample: given, matches: matches.slice(0, 5) }, wayOut: "give more of the name" },
    );
  }
  const near = didYouMean(given, [...names, ...names.flatMap((name) => name.split("-", 1))]);
  throw new UsageError("unknown-sample", `there is no sample "${given}"${near === undefined ? "" : `; ${near}`}`, {
    fields: { sample: given },
    wayOut:
      names.length === 0
        ? "fisbe.sample is empty: run a pipeline over a volume first"
        : `there ${names.length === 1 ? "is" : "are"} ${someNames(names)}`,
  });
}
