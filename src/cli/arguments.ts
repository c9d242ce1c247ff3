import { parseArgs } from "node:util";
import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import type { OptionSpec, OptionValues, VerbSpec } from "./verb.js";
import { GLOBAL_OPTIONS, VERBS } from "./verbs.js";

/** A command line, read. */
export interface CommandLine {
  /** Undefined for `neurotables` and `neurotables --help`. */
  readonly verb: VerbSpec | undefined;
  readonly operands: readonly string[];
  readonly values: OptionValues;
}

/**
 * Reads a command line. Options may stand anywhere; after `--` everything is an operand. Asking for help or the version
 * suspends the rules on operands.
 *
 * @throws {UsageError} `usage/unknown-verb`, `usage/unknown-option`, `usage/option-value`, `usage/operands`.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const all = new Map<string, OptionSpec>();
  for (const option of [...GLOBAL_OPTIONS, ...VERBS.flatMap((verb) => verb.options)]) all.set(option.name, option);
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const option of all.values()) {
    options[option.name] = {
      type: option.kind === "flag" ? "boolean" : "string",
      ...(option.short === undefined ? {} : { short: option.short }),
    };
  }
  const { tokens: read } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const tokens = read.map((token) => {
    // SQL may begin with a comment; no option has white space after its dashes.
    const text = argv[token.index] ?? "";
    const comment = token.kind === "option" && /^--\s/.test(text);
    return comment ? { kind: "positional" as const, index: token.index, value: text } : token;
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const verb = VERBS.find(({ name }) => name === words[0]);
  for (const token of tokens) {
    // A misspelt option swallows no value, so that its value looks like a verb: the option is what to speak of.
    if (token.kind === "option" && !all.has(token.name))
      findOption({ name: token.name, raw: token.rawName, verb, all });
  }
  if (verb === undefined && words[0] !== undefined) throw unknownVerb(words[0]);
  const values: Record<string, string | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = findOption({ name: token.name, raw: token.rawName, verb, all });
    setValue({ values, option, value: token.value, inline: token.inlineValue === true, raw: token.rawName });
  }
  const operands = words.slice(1);
  if (values.help !== true && values.version !== true && verb !== undefined) checkOperands(verb, operands);
  return { verb, operands, values };
}

function unknownVerb(word: string): UsageError {
  const names = VERBS.map(({ name }) => name);
  const near = didYouMean(word, names);
  return new UsageError("unknown-verb", `neurotables has no verb "${word}"${near === undefined ? "" : `; ${near}`}`, {
    fields: { verb: word },
    wayOut: `the verbs are ${names.join(", ")}; neurotables --help says what they do`,
  });
}

function findOption({
  name,
  raw,
  verb,
  all,
}: {
  name: string;
  raw: string;
  verb: VerbSpec | undefined;
  all: ReadonlyMap<string, OptionSpec>;
}): OptionSpec {
  const own = [...(verb?.options ?? []), ...GLOBAL_OPTIONS];
  const option = own.find((candidate) => candidate.name === name);
  if (option !== undefined) return option;
  const where = verb === undefined ? "neurotables" : `neurotables ${verb.name}`;
  const near = didYouMean(
    name,
    own.map((candidate) => candidate.name),
  )?.replace('"', '"--');
  const elsewhere = VERBS.filter(({ options }) => options.some((candidate) => candidate.name === name)).map(
    ({ name: other }) => other,
  );
  const hint = near ?? (all.has(name) && elsewhere.length > 0 ? `it belongs to ${elsewhere.join(", ")}` : undefined);
  throw new UsageError("unknown-option", `${where} has no option ${raw}${hint === undefined ? "" : `; ${hint}`}`, {
    fields: { option: raw },
    wayOut: `${where} --help lists the options`,
  });
}

function setValue({
  values,
  option,
  value,
  inline,
  raw,
}: {
  values: Record<string, string | boolean | string[]>;
  option: OptionSpec;
  value: string | undefined;
  inline: boolean;
  raw: string;
}): void {
  const fail = (message: string, wayOut?: string) =>
    new UsageError("option-value", message, { fields: { option: raw }, ...(wayOut === undefined ? {} : { wayOut }) });
  if (option.kind === "flag") {
    if (inline) throw fail(`${raw} takes no value`);
    values[option.name] = true;
    return;
  }
  const wanted = option.value ?? "VALUE";
  if (value === undefined || (!inline && /^-./.test(value))) {
    throw fail(`${raw} needs a value`, `write ${raw} ${wanted}, or ${raw}=${wanted} for one that begins with -`);
  }
  if (value === "") throw fail(`${raw} needs a value, but got an empty text`);
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const near = didYouMean(value, option.choices);
    throw fail(`${raw} is one of ${option.choices.join(", ")}, not "${value}"${near === undefined ? "" : `; ${near}`}`);
  }
  if (option.multiple === true) values[option.name] = [...((values[option.name] as string[] | undefined) ?? []), value];
  else if (values[option.name] === undefined || values[option.name] === value) values[option.name] = value;
  else throw fail(`${raw} is given twice, as "${values[option.name]}" and as "${value}"`);
}

function checkOperands(verb: VerbSpec, operands: readonly string[]): void {
  const usage = `neurotables ${verb.name} ${verb.operands}`.trim();
  const fail = (message: string) =>
    new UsageError("operands", message, { wayOut: `usage: ${usage}; neurotables ${verb.name} --help has examples` });
  if (operands.length < verb.minimumOperands) throw fail(`neurotables ${verb.name} needs ${verb.operands}`);
  if (operands.length > verb.maximumOperands) {
    const extra = operands[verb.maximumOperands] as string;
    throw fail(
      verb.maximumOperands === 0
        ? `neurotables ${verb.name} takes no operand, but got "${extra}"`
        : `neurotables ${verb.name} takes ${verb.operands}, and "${extra}" is one too many`,
    );
  }
}
