import { definitionFault, type Fields, isFields, shown } from "./definition-fault.js";
import { SPLIT_BEHAVIORS, type SplitBehavior, splitByPattern } from "./pattern-split.js";
import { splitWords, type TextSplit, WORD_PATTERN } from "./word-split.js";

/** How a `tokenizer.json` for bytes cuts text. */
export interface ByteLevelSplit {
  readonly split: TextSplit;
  readonly prefixSpace: boolean;
}

/** Longest regular expression. */
const MOST_PATTERN = 10_000;

/** GPT-2's rule as it is written elsewhere. */
const WORD_PATTERNS: ReadonlySet<unknown> = new Set([
  WORD_PATTERN,
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
]);

/** Numbers as Rust's `char::is_numeric`, punctuation as HuggingFace has it: ASCII signs and Unicode's category P. */
const NUMERIC = /\p{N}/u;
const PUNCTUATION = /[\p{P}$+<=>^`|~]/u;

/**
 * The split that the `pre_tokenizer` of a byte-level encoding asks for: any of Split, Digits and Punctuation, then
 * ByteLevel.
 * @returns undefined for anything else.
 * @throws {FormatError} for what is of that form but wrong: a regular expression that is none.
 */
export async function byteLevelSplit(preTokenizer: unknown, file: string): Promise<ByteLevelSplit | undefined> {
  const steps = flatten(preTokenizer, "pre_tokenizer", 0);
  const last = steps?.pop();
  if (steps === undefined || last === undefined || last.fields.type !== "ByteLevel") return undefined;
  // HuggingFace's default is to put a space before.
  const prefixSpace = last.fields.add_prefix_space !== false;
  if (prefixSpace && steps.length > 0) return undefined;
  const splits: TextSplit[] = [];
  for (const step of steps) {
    const split = await stepSplit(step.fields, step.place, file);
    if (split === undefined) return undefined;
    splits.push(split);
  }
  if (last.fields.use_regex !== false) splits.push(splitWords);
  return { split: splits.reduceRight<TextSplit>(within, whole), prefixSpace };
}

interface Step {
  readonly fields: Fields;
  readonly place: string;
}

function flatten(value: unknown, place: string, depth: number): Step[] | undefined {
  if (!isFields(value) || depth > 8) return undefined;
  if (value.type !== "Sequence") return [{ fields: value, place }];
  if (!Array.isArray(value.pretokenizers)) return undefined;
  const steps: Step[] = [];
  for (const [index, each] of value.pretokenizers.entries()) {
    const inner = flatten(each, `${place}.pretokenizers[${index}]`, depth + 1);
    if (inner === undefined) return undefined;
    steps.push(...inner);
  }
  return steps;
}

const whole: TextSplit = (text, piece) => {
  if (text !== "") piece(0, text.length);
};

/** `inner` on every piece of `outer`, which it sees alone: its anchors and lookaheads end there. */
function within(inner: TextSplit, outer: TextSplit): TextSplit {
  if (inner === whole) return outer;
  return (text, piece) =>
    outer(text, (start, end) => inner(text.slice(start, end), (from, to) => piece(start + from, start + to)));
}

async function stepSplit(step: Fields, place: string, file: string): Promise<TextSplit | undefined> {
  if (step.type === "Digits") {
    return splitByPattern(NUMERIC, step.individual_digits === true ? "Isolated" : "Contiguous", false);
  }
  if (step.type === "Punctuation") {
    return splitByPattern(PUNCTUATION, behaviorOf(step.behavior ?? "Isolated", place, file), false);
  }
  if (step.type !== "Split" || !isFields(step.pattern)) return undefined;
  const behavior = behaviorOf(step.behavior, place, file);
  const invert = step.invert === true;
  const { Regex: regex, String: literal } = step.pattern;
  if (typeof literal === "string" && literal !== "") {
    return splitByPattern(new RegExp(literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "u"), behavior, invert);
  }
  if (typeof regex !== "string") return undefined;
  const complete = (behavior === "Isolated" && !invert) || (behavior === "Removed" && invert);
  if (WORD_PATTERNS.has(regex) && complete) return splitWords;
  return splitByPattern(await compile(regex, `${place}.pattern.Regex`, file), behavior, invert);
}

function behaviorOf(behavior: unknown, place: string, file: string): SplitBehavior {
  const found = SPLIT_BEHAVIORS.find((each) => each === behavior);
  if (found !== undefined) return found;
  throw definitionFault(
    { file, place: `${place}.behavior` },
    `is ${shown(behavior)}, not one of ${SPLIT_BEHAVIORS.join(", ")}`,
  );
}

interface LibraryParts {
  readonly SplitPreTokenizer: new (options: Fields) => { readonly pattern: RegExp | null };
}

/** A regular expression of Oniguruma, which `tokenizer.json` uses, in JavaScript: HuggingFace's own translation. */
async function compile(regex: string, place: string, file: string): Promise<RegExp> {
  if (regex.length > MOST_PATTERN) {
    throw definitionFault({ file, place }, `has ${regex.length} characters, at most ${MOST_PATTERN} are read`);
  }
  // The library exports it, its types do not.
  const { SplitPreTokenizer } = (await import("@huggingface/tokenizers")) as unknown as LibraryParts;
  try {
    const { pattern } = new SplitPreTokenizer({ type: "Split", pattern: { Regex: regex }, invert: false });
    if (pattern !== null) return pattern;
  } catch (cause) {
    throw definitionFault({ file, place }, `is not a regular expression that can be read: ${(cause as Error).message}`);
  }
  throw definitionFault({ file, place }, "is not a regular expression that can be read");
}
