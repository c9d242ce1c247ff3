import { hashOf } from "../../base/hash.js";

/** How much of what is not the work itself is taken out; each level does all that the one before does. */
export const STRIP_LEVELS = ["none", "markers", "credits", "typography"] as const;
export type StripLevel = (typeof STRIP_LEVELS)[number] | "markers_published";

/** Where in the text a rule looks: within `reach` characters of the beginning or the end, never past the middle. */
interface Place {
  readonly place: "head" | "tail";
  readonly reach: number;
}

interface Named {
  readonly name: string;
  readonly level: "credits" | "typography";
  /** A regular expression, `i` unless `flags` says otherwise. */
  readonly pattern: string;
  readonly flags?: string;
}

/**
 * What a rule takes out:
 * - `paragraph`: every paragraph in its place that matches; of one longer than `most` characters the matching lines;
 * - `section`: from a paragraph that matches to the next `gap` blank lines (at most `most` characters), at the tail to
 *   the end of the text;
 * - `after`: what follows the last matching line, when it is at most `share` of the text and matches `evidence` at least
 *   once in `per` characters;
 * - `bracket`: from a match, which begins with `[`, to its closing bracket, at most `most` characters;
 * - `fold`: replaces matches by other characters that say the same: nothing is lost;
 * - `remove`: takes matches out.
 */
export type StripRule = Named &
  (
    | ({ readonly kind: "paragraph"; readonly most: number } & Place)
    | ({ readonly kind: "section"; readonly most: number; readonly gap: number } & Place)
    | { readonly kind: "after"; readonly share: number; readonly per: number; readonly evidence: string }
    | { readonly kind: "bracket"; readonly most: number }
    | { readonly kind: "fold"; readonly by: string }
    | { readonly kind: "remove" }
  );

const HEAD = { place: "head", reach: 4000 } as const;

const CREDIT =
  "^[\\s\\[(_*]*(?:this (?:e-?text|e-?book|file|book) (?:was|is) )?(?:re-?)?" +
  "(?:produced|prepared|transcribed|scanned|digiti[sz]ed|proof-?read|converted|keyed) (?:and [\\w-]+ )?(?:by|from|for)\\b";

const NOTE = "^[\\s_*]*transcriber[\u2019']?s?[\u2019']?[ -]+notes?\\b";

/** In the order in which they are applied. Any change of them changes `strip_rule`. */
export const STRIP_RULES: readonly StripRule[] = [
  { name: "credit line", level: "credits", kind: "paragraph", ...HEAD, most: 1500, pattern: CREDIT },
  {
    name: "kind of file",
    level: "credits",
    kind: "paragraph",
    ...HEAD,
    most: 1500,
    pattern: "^[\\s\\[(_*]*(?:e-?text|e-?book|html version|page scan source|page (?:images|scans))\\b",
  },
  {
    name: "where the pages are from",
    level: "credits",
    kind: "paragraph",
    ...HEAD,
    most: 1500,
    pattern:
      "distributed\\s+proofread|pgdp\\.net|project\\s+gutenberg|gutenberg\\.(?:org|net)|pglaf\\.org|" +
      "\\binternet\\s+archive\\b|archive\\.org|hathi\\s?trust|google\\s+books|books\\.google|\\be-?texts?\\b|" +
      "\\bpage\\s+(?:images|scans)\\b",
  },
  {
    name: "note on the edition",
    level: "credits",
    kind: "paragraph",
    ...HEAD,
    most: 600,
    pattern: "^\\s*\\[(?:note: )?the text is take",
  },
  {
    name: "last line",
    level: "credits",
    kind: "section",
    place: "tail",
    reach: 3000,
    most: 3000,
    gap: 3,
    pattern: "^[\\s*]*end of (?:the |this )?project\\s+gutenberg",
  },
  {
    name: "transcriber's note in brackets",
    level: "credits",
    kind: "bracket",
    most: 3000,
    pattern: "\\[\\s*transcriber",
  },
  { name: "transcriber's note before", level: "credits", kind: "section", ...HEAD, most: 6000, gap: 3, pattern: NOTE },
  {
    name: "transcriber's note behind",
    level: "credits",
    kind: "section",
    place: "tail",
    reach: 20_000,
    most: 20_000,
    gap: 3,
    pattern: NOTE,
  },
  {
    name: "advertisements",
    level: "credits",
    kind: "after",
    share: 0.2,
    per: 2000,
    pattern:
      "^[ \\t_*]*(?:THE END|FINIS|Finis|The End|END OF (?:THE )?(?:\\w+ )?VOL(?:UME)?\\b[^\\n]{0,12})[ \\t_.*!]*$",
    flags: "gm",
    evidence:
      "publish(?:er|ed)|printe(?:d|rs)|\\bcents\\b|post-?paid|\\b(?:12|16|8)(?:mo|vo)\\b|\\bvols?\\.|\\bprice[ds]?\\b|" +
      "by the same author|\\bnovels\\b|\\blibrary\\b|catalogue|booksellers|sent by mail|\\bseries\\b|" +
      "^[ \\t]*\\d{1,4}(?:--|\u2014|\\. )",
  },
  {
    name: "line under the end",
    level: "credits",
    kind: "remove",
    pattern: "\\n[ \\t]*(?:[-*_=~][ \\t]*){3,}\\s*$",
    flags: "",
  },
  {
    name: "illustrations",
    level: "typography",
    kind: "bracket",
    most: 2000,
    pattern: "\\[_?(?:illustration|picture|image|decoration)\\b",
  },
  { name: "italics", level: "typography", kind: "remove", pattern: "_" },
  {
    name: "double quotes",
    level: "typography",
    kind: "fold",
    pattern: "[\u201c\u201d\u201e\u201f\u00ab\u00bb]",
    by: '"',
  },
  { name: "single quotes", level: "typography", kind: "fold", pattern: "[\u2018\u2019\u201a\u201b\u2032]", by: "'" },
  {
    name: "em dashes",
    level: "typography",
    kind: "fold",
    pattern: "[\u2014\u2015\u2e3a\u2e3b]|\u2013(?=\\s)",
    by: "--",
  },
  { name: "short dashes", level: "typography", kind: "fold", pattern: "[\u2010-\u2013\u2212]", by: "-" },
  { name: "long runs of dashes", level: "typography", kind: "fold", pattern: "-{3,}", by: "--" },
  { name: "ellipses", level: "typography", kind: "fold", pattern: "\u2026", by: "..." },
  { name: "soft hyphens", level: "typography", kind: "remove", pattern: "[\u00ad\u200b\u2060\ufeff]" },
  {
    name: "blanks",
    level: "typography",
    kind: "fold",
    pattern: "[ \\t\\f\\v\u00a0\u2000-\u200a\u202f\u205f\u3000]+",
    by: " ",
  },
  { name: "indents", level: "typography", kind: "fold", pattern: "^ +| +$", flags: "gm", by: "" },
  { name: "blank lines", level: "typography", kind: "fold", pattern: "\\n{3,}", by: "\n\n" },
];

/** Rules that a level applies beside the markers. */
export function rulesOf(level: StripLevel): readonly StripRule[] {
  const most = STRIP_LEVELS.indexOf(level as (typeof STRIP_LEVELS)[number]);
  return STRIP_RULES.filter((rule) => STRIP_LEVELS.indexOf(rule.level) <= most);
}

/** What `document.strip_rule` says: the level, and a hash of the rules that it applies. */
export function stripRule(level: StripLevel): string {
  const rules = rulesOf(level).map((rule) => ({ ...rule }));
  return `${level}@${hashOf({ level, rules }).slice(0, 12)}`;
}
