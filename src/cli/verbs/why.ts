import { EXIT, type ExitCode } from "../../base/errors.js";
import type { Pipeline } from "../../engine/pipeline.js";
import type { Project } from "../../engine/types.js";
import type { Why, WhyUnit } from "../../engine/why.js";
import type { Paint } from "../output.js";
import { absolutePipelines, openProject, projectPlace } from "../project.js";
import { ageText, pluralText, shortHash } from "../quantities.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const [target = "", pipelineName] = operands;
  const given = pipelineName === undefined ? [] : [pipelineName];
  const project = await openProject(projectPlace(context, given));
  const pipelines = await pipelinesFor({ context, project, given, target });
  const { why } = await import("../../engine/why.js");
  const answer = await why({ project, pipelines, target });
  if (output.json) await output.document(answer);
  else await output.data(whyText(answer, output.paint, output.verbose));
  return EXIT.ok;
}

/** The pipeline given, else those that made the current tables of the name, else all of the project, one by one. */
async function pipelinesFor({
  context,
  project,
  given,
  target,
}: {
  context: VerbContext;
  project: Project;
  given: readonly string[];
  target: string;
}): Promise<readonly Pipeline[]> {
  const { listPipelineFiles, readPipelines } = await import("../../engine/pipeline-file.js");
  if (given.length > 0) return readPipelines(absolutePipelines(context, given), { project });
  const entries = Object.values(project.store.currentGeneration().snapshots);
  const makers = entries.filter(
    ({ table, steps }) => table === target || table.endsWith(`.${target}`) || steps.includes(target),
  );
  const names = [...new Set(makers.map(({ pipeline }) => pipeline))];
  if (names.length > 0) return readPipelines(names, { project });
  const pipelines: Pipeline[] = [];
  for (const file of listPipelineFiles(project.root)) pipelines.push(...(await readPipelines([file], { project })));
  return pipelines;
}

/** The units of a step or table: what to do and why, the parts that differ, the parts that are the same. */
export function whyText(answer: Why, paint: Paint, verbose: boolean): string {
  const shown = verbose ? answer.units : answer.units.slice(0, 20);
  const sections = shown.map((unit) => unitText(unit, paint, verbose));
  if (shown.length < answer.unitCount) {
    sections.push(
      `… and ${pluralText(answer.unitCount - shown.length, "unit")} more (--verbose or --json shows them)\n`,
    );
  }
  if (answer.causes.length > 0) {
    sections.push(`${paint("bold", "behind it")}\n${answer.causes.map((cause) => causeText(cause, verbose)).join("")}`);
  }
  return sections.join("\n");
}

function unitText(unit: WhyUnit, paint: Paint, verbose: boolean): string {
  const lines = [`${paint("bold", nameOf(unit))}  ${unit.action}: ${visibleText(unit.reason)}`];
  if (unit.before !== null && unit.differences.length > 0) {
    const age = ageText((Date.now() - Date.parse(unit.before.at)) / 1000);
    lines.push(`  compared with run ${unit.before.run}, ${age}`);
  }
  lines.push(...unit.differences.map((difference) => differenceText(difference, paint, verbose)));
  const differing = new Set(unit.differences.map(({ part }) => part));
  for (const [part, value] of Object.entries(unit.keyParts ?? {})) {
    if (!differing.has(part)) lines.push(`  = ${visibleText(part)}: ${valueText(value, verbose)}`);
  }
  return `${lines.join("\n")}\n`;
}

function causeText(unit: WhyUnit, verbose: boolean): string {
  const plain: Paint = (_style, text) => text;
  const differences = unit.differences.filter(({ part }) => !part.startsWith("input "));
  return [
    `  ${nameOf(unit)}  ${visibleText(unit.reason)}`,
    ...differences.map((one) => `  ${differenceText(one, plain, verbose)}`),
    "",
  ].join("\n");
}

function differenceText(difference: WhyUnit["differences"][number], paint: Paint, verbose: boolean): string {
  const { part, before, after } = difference;
  return `  ${paint("yellow", "≠")} ${visibleText(part)}: ${valueText(before, verbose)} → ${valueText(after, verbose)}`;
}

function nameOf({ step, partition }: WhyUnit): string {
  return visibleText(partition === "" ? step : `${step}/${partition}`);
}

function valueText(value: string | null, verbose: boolean): string {
  if (value === null) return "(none)";
  if (verbose || !/^[0-9a-f]{64}$/.test(value)) return visibleText(value);
  return shortHash(value);
}
