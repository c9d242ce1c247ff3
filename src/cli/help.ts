import type { Paint } from "./output.js";
import { padText } from "./text-width.js";
import type { OptionSpec, VerbSpec } from "./verb.js";
import { GLOBAL_OPTIONS, VERBS } from "./verbs.js";

/** Help of the whole program: examples first. */
export function programHelp(paint: Paint): string {
  const first = [
    ["neurotables init my-project", "a project with a pipeline that runs"],
    ["neurotables run celegans-connectome --sources data", "raw files become checked tables"],
    ['neurotables sql "SELECT * FROM edge LIMIT 10"', "ask them questions"],
  ] as const;
  return [
    "neurotables: raw files in, contract-checked tables out, questions in SQL",
    "",
    ...section(paint, "Examples", first),
    "",
    ...section(
      paint,
      "Verbs",
      VERBS.map((verb) => [verb.name, verb.summary] as const),
    ),
    "",
    ...section(paint, "Options of every verb", GLOBAL_OPTIONS.map(optionLine)),
    "",
    "neurotables VERB --help has examples for a verb. A pipeline is named by its file or by its name.",
    "Exit codes: 0 ok, 1 a step failed, 2 usage, 3 invalid file, 4 a check failed, 5 network, 6 locked, 7 storage,",
    "70 bug, 130 interrupted.",
    "",
  ].join("\n");
}

/** Help of one verb: examples first. */
export function verbHelp(verb: VerbSpec, paint: Paint): string {
  const usage = `neurotables ${verb.name} ${verb.operands}${verb.operands === "" ? "" : " "}[options]`;
  return [
    `neurotables ${verb.name}: ${verb.summary}`,
    "",
    ...section(paint, "Examples", verb.examples),
    "",
    `${paint("bold", "Usage")}: ${usage}`,
    "",
    ...verb.description,
    "",
    ...(verb.options.length === 0 ? [] : [...section(paint, "Options", verb.options.map(optionLine)), ""]),
    ...section(paint, "Options of every verb", GLOBAL_OPTIONS.map(optionLine)),
    "",
  ].join("\n");
}

function optionLine(option: OptionSpec): readonly [string, string] {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return [`${short}--${option.name}${value}`, option.description];
}

const WIDTH = 110;

function section(paint: Paint, title: string, lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(44, Math.max(...lines.map(([left]) => left.length)));
  return [paint("bold", title), ...lines.flatMap(([left, right]) => entry(left, right, width))];
}

/** Two columns; the right one is wrapped, and begins below a left one that is too long. */
function entry(left: string, right: string, width: number): string[] {
  const pieces = wrap(right, WIDTH - width - 4);
  const below = (piece: string) => `  ${" ".repeat(width)}  ${piece}`;
  if (left.length > width) return [`  ${left}`, ...pieces.map(below)];
  return [`  ${padText(left, width, "left")}  ${pieces[0] ?? ""}`.trimEnd(), ...pieces.slice(1).map(below)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
