/** Years that a text speaks of, and what they say of its age; NaN-free: a text without years has 0. */
export const YEAR_FEATURES = ["latest_year", "earliest_year", "median_year", "years"] as const;

/** Years 1000–2099 in a text, as numbers of {@link YEAR_FEATURES}. */
export function yearFeatures(text: string): number[] {
  const years = Array.from(text.matchAll(/(?<!\d)(?:1\d{3}|20\d{2})(?!\d)/g), ([year]) => Number(year)).sort(
    (a, b) => a - b,
  );
  if (years.length === 0) return [0, 0, 0, 0];
  return [years.at(-1) as number, years[0] as number, years[(years.length - 1) >> 1] as number, years.length];
}

/** How a text was typed and edited: rates per 1,000 characters, and 0 or 1 for lines that only editors write. */
export const TYPOGRAPHY_FEATURES = [
  "curly_quotes",
  "straight_quotes",
  "em_dashes",
  "double_hyphens",
  "underscores",
  "illustrations",
  "brackets",
  "ellipses",
  "not_ascii",
  "capitals",
  "digits",
  "asterisks",
  "line_length",
  "blank_lines",
  "first_line_length",
  "last_line_length",
  "produced_by",
  "transcriber",
  "internet_archive",
  "end_of_project",
] as const;

const RATES: readonly RegExp[] = [
  /[‘’“”]/g,
  /["']/g,
  /—/g,
  /--/g,
  /_/g,
  /\[illustration/gi,
  /[[\]]/g,
  /…|\.\.\./g,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside ASCII.
  /[^\u0000-\u007f]/g,
  /[A-Z]/g,
  /\d/g,
  /\*/g,
];

const EDITORS: readonly RegExp[] = [
  /produced by|e-?text prepared by|transcribed from|scanned (?:and|by)/i,
  /transcriber/i,
  /internet archive|archive\.org|hathitrust/i,
  /end of (?:the |this )?project gutenberg|project gutenberg/i,
];

/** Numbers of {@link TYPOGRAPHY_FEATURES} of a text. Cost: one pass per feature. */
export function typographyFeatures(text: string): number[] {
  const per = 1000 / Math.max(1, text.length);
  const lines = text.split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const length = (line: string | undefined) => line?.trim().length ?? 0;
  return [
    ...RATES.map((pattern) => (text.match(pattern)?.length ?? 0) * per),
    filled.reduce((sum, line) => sum + line.length, 0) / Math.max(1, filled.length),
    (lines.length - filled.length) / lines.length,
    length(filled[0]),
    length(filled.at(-1)),
    ...EDITORS.map((pattern) => (pattern.test(text) ? 1 : 0)),
  ];
}
