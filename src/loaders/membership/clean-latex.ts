import { LoadError } from "../../base/errors.js";

export interface CleanedLatex {
  /** From the first sectioning command on, without comments and bibliography, macros expanded. */
  readonly text: string;
  /** Macros without arguments that were defined. */
  readonly macros: number;
  /** Commands that would read other files, which are not read. */
  readonly inputs: readonly string[];
}

/** Repetitions are bounded, so that no text makes a pattern slow. */
const SECTION =
  /\\(?:chapter|part|section|subsection|subsubsection|paragraph|subparagraph)\b\*?\s{0,9}(?:\[[^\]]{0,2000}\]\s{0,9})?\{/;
const TAIL =
  /\\appendix\b|\\begin\s{0,9}\{(?:references|REFERENCES|thebibliography)\}|\\bibliography\s{0,9}\{|\\printbibliography\b/;
const DEFINITION =
  /\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\s{0,9}\*?\s{0,9}(?:\{\s{0,9}(\\[A-Za-z]+)\s{0,9}\}|(\\[A-Za-z]+))\s{0,9}(\[[^\]]{0,99}\])?\s{0,9}(?:\[[^\]]{0,999}\]\s{0,9})?\{|\\def\s{0,9}(\\[A-Za-z]+)\s{0,9}([^{\\]{0,99})\{/g;
const INPUT = /\\(?:input|include|subfile)\s{0,9}\{([^}]{0,200})\}/g;
/** Macros inside macros inside macros: deeper ones stay as they are written. */
const DEEPEST = 16;
/** A text may grow to this many times its length. */
const MOST_GROWTH = 16;
const GROWTH_ALLOWANCE = 1_000_000;

/**
 * The text of a LaTeX paper by the rule of RedPajama (its arXiv cleaner): everything before the first sectioning command
 * and from the appendix or bibliography on is dropped, so are comments, and macros without arguments are replaced by
 * their definitions; markup stays. Unlike there, values of macros may span lines, macros may name macros, and a comment
 * does not take the character before it along. Undefined when there is no sectioning command.
 * @param text lines ended by LF. Cost: a few passes.
 * @throws {LoadError} `load/macros` when the macros would make more than 16 times as much of the text.
 */
export function cleanLatex(text: string, file: string): CleanedLatex | undefined {
  const plain = withoutComments(text);
  const section = SECTION.exec(plain);
  if (section === null) return undefined;
  const body = plain.slice(section.index);
  const tail = TAIL.exec(body);
  const macros = definedMacros(plain);
  const inputs = [...plain.matchAll(INPUT)].map((found) => (found[1] ?? "").slice(0, 200));
  const kept = tail === null ? body : body.slice(0, tail.index);
  return { text: expanded(kept, macros, file).trim(), macros: macros.size, inputs };
}

/** Without `%` to the end of the line; a line that holds nothing else goes with its end. */
function withoutComments(text: string): string {
  if (!text.includes("%")) return text;
  return text
    .replace(/^[ \t]*%[^\n]*\n?/gm, "")
    .replace(/(\\.)|%[^\n]*/g, (_, escaped: string | undefined) => escaped ?? "");
}

/** Values of macros without arguments by their names with backslash; the last definition counts. */
function definedMacros(text: string): Map<string, string> {
  const macros = new Map<string, string>();
  for (const found of text.matchAll(DEFINITION)) {
    const [whole, braced, bare, parameters, defined, pattern] = found;
    const name = braced ?? bare ?? defined;
    const takesArguments = (parameters !== undefined && parameters !== "[0]") || (pattern ?? "").trim() !== "";
    const end = closingBrace(text, found.index + whole.length);
    if (name === undefined || end === undefined) continue;
    if (takesArguments) macros.delete(name);
    else macros.set(name, text.slice(found.index + whole.length, end));
  }
  return macros;
}

/** Offset of the brace that closes the one before `from`; undefined when there is none within reach. */
function closingBrace(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length && at - from < 10_000; at++) {
    const unit = text[at];
    if (unit === "\\") at += 1;
    else if (unit === "{") depth += 1;
    else if (unit === "}") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function expanded(text: string, macros: ReadonlyMap<string, string>, file: string): string {
  if (macros.size === 0) return text;
  const most = text.length * MOST_GROWTH + GROWTH_ALLOWANCE;
  let made = 0;
  const open = new Set<string>();
  const expand = (part: string): string =>
    part.replace(/\\(?:[A-Za-z]+|[\s\S])/g, (name, at: number) => {
      const value = macros.get(name);
      if (value === undefined || open.has(name) || open.size >= DEEPEST || definedHere(part, at)) return name;
      open.add(name);
      made += value.length;
      if (made > most) throw tooMuch(file, most);
      const result = expand(value);
      open.delete(name);
      return result;
    });
  return expand(text);
}

/** Whether the name at `at` is the one that a definition is about to define. */
function definedHere(text: string, at: number): boolean {
  return /\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|def)\s*\*?\s*\{?\s*$/.test(
    text.slice(Math.max(0, at - 40), at),
  );
}

function tooMuch(file: string, most: number): LoadError {
  return new LoadError("macros", `${file}: its macros expand to more than ${most} characters`, {
    fields: { file, limit: most },
    wayOut: "Leave the document out, or expand its macros before.",
  });
}

/** The braced argument of the first command of this name, markup and all; null when there is none. */
export function latexArgument(text: string, command: string): string | null {
  const found = new RegExp(`\\\\${command}\\s*(?:\\[[^\\]]*\\]\\s*)?\\{`).exec(withoutComments(text.slice(0, 200_000)));
  if (found === null) return null;
  const plain = withoutComments(text.slice(0, 200_000));
  const from = found.index + found[0].length;
  const end = closingBrace(plain, from);
  return end === undefined
    ? null
    : plain
        .slice(from, end)
        .replace(/\\\\|~/g, " ")
        .replace(/\s+/g, " ")
        .trim() || null;
}
