/** What the published extraction makes of a text of Project Gutenberg, or why it fails on it. */
export type PublishedExtraction =
  | { readonly text: string }
  | { readonly failure: "published_encoding" | "published_start" | "published_end" | "published_date" };

const MONTHS = new Set(
  "january february march april may june july august september october november december".split(" "),
);

/**
 * The extraction of the published code (computationalprivacy/document-level-membership-inference): the lines from behind
 * the first that contains `*** START` to before the last that contains `*** END`, whatever they mark; files that are
 * not UTF-8, without one of the two, or whose release date is not written `December 6, 2004` fail, as they do there.
 */
export function publishedExtraction(text: string, encoding: string): PublishedExtraction {
  if (encoding.toLowerCase() !== "utf-8") return { failure: "published_encoding" };
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.includes("*** START"));
  if (start < 0) return { failure: "published_start" };
  const end = lines.findLastIndex((line) => line.includes("*** END"));
  if (end <= start) return { failure: "published_end" };
  const date = lines.slice(0, start).find((line) => /^release date:/i.test(line));
  if (date !== undefined && !isPublishedDate(date.slice(date.indexOf(":") + 1))) return { failure: "published_date" };
  return { text: lines.slice(start + 1, end).join("\n") };
}

/** Whether Python's `%B %d, %Y` reads what stands before a bracket. */
function isPublishedDate(value: string): boolean {
  const [, month, day] = /^([A-Za-z]+)\s+(\d{1,2}),\s+\d{4}$/.exec((value.split("[")[0] as string).trim()) ?? [];
  return month !== undefined && MONTHS.has(month.toLowerCase()) && Number(day) >= 1 && Number(day) <= 31;
}
