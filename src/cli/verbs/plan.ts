import { EXIT, type ExitCode } from "../../base/errors.js";
import type { Plan, PlannedUnit } from "../../engine/types.js";
import { parameterChanges } from "../parameter-changes.js";
import { absolutePipelines, deviceName, openProject, projectPlace, refuseUnusableHome } from "../project.js";
import { byteText, pluralText } from "../quantities.js";
import { missingLine } from "../run-report.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands, options } = context;
  const names = absolutePipelines(context, operands);
  const device = deviceName(context);
  const place = projectPlace(context, operands);
  await refuseUnusableHome(place);
  const { readPipelines } = await import("../../engine/pipeline-file.js");
  const { planPipelines } = await import("../../engine/plan.js");
  const set = await parameterChanges(options.texts("set"));
  const pipelines = await readPipelines(names, { project: place, set, needs: options.text("only") === undefined });
  for (const warning of pipelines.flatMap((pipeline) => pipeline.warnings)) output.warn(warning);
  const only = options.text("only");
  const project = await openProject(place);
  const plan = await planPipelines({
    project,
    pipelines,
    download: options.flag("download"),
    ...(device === undefined ? {} : { device }),
    ...(only === undefined ? {} : { only }),
  });
  if (output.json) await output.document(plan);
  else await output.data(planText(plan, output.terminal.stdoutIsTerminal ? output.terminal.columns() : undefined));
  return EXIT.ok;
}

const ACTIONS = ["run", "wait", "cached", "skip"] as const;

/** One line per step: how many units run, wait, are cached or skipped, and why. */
export function planText(plan: Plan, available?: number): string {
  const steps = new Map<string, PlannedUnit[]>();
  for (const unit of plan.units) {
    const name = `${unit.pipeline} ${unit.step}`;
    steps.set(name, [...(steps.get(name) ?? []), unit]);
  }
  const several = new Set(plan.units.map((unit) => unit.pipeline)).size > 1;
  const rows = [...steps.values()].map((units) => {
    const first = units[0] as PlannedUnit;
    const counts = ACTIONS.map((action) => units.filter((unit) => unit.action === action).length);
    return [
      ...(several ? [first.pipeline] : []),
      first.step,
      ...counts.map((count) => (count === 0 ? "" : String(count))),
      reasonOf(units),
    ];
  });
  const columns = [
    ...(several ? [{ name: "pipeline", align: "left" as const }] : []),
    { name: "step", align: "left" as const },
    ...ACTIONS.map((action) => ({ name: action, align: "right" as const })),
    { name: "why", align: "left" as const },
  ];
  const counts = ACTIONS.filter((action) => plan.counts[action] > 0).map(
    (action) => `${plan.counts[action]} ${action}`,
  );
  const table = textTable(columns, rows, available === undefined ? {} : { available });
  const missing = [...plan.missing.map(missingLine), ...downloadLines(plan.downloads)];
  return `${table}\n${pluralText(plan.units.length, "unit")}: ${counts.join(", ") || "nothing to do"}\n${missing.join("")}`;
}

/** What a run with --download would fetch, and from where. */
function downloadLines(downloads: Plan["downloads"]): string[] {
  if (downloads === undefined || downloads.length === 0) return [];
  const bytes = downloads.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const unknown = downloads.some((one) => one.bytes === null) ? " and more" : "";
  return [
    `would download ${pluralText(downloads.length, "file")}, ${byteText(bytes)}${unknown}:\n`,
    ...downloads.map(({ path, url, bytes: size }) => {
      const { host } = new URL(url);
      return `  ${visibleText(path)}  ${size === null ? "size not known" : byteText(size)}, ${host}\n`;
    }),
  ];
}

/** The reason of most weight: of the units that run, else that wait, else that are skipped. */
function reasonOf(units: readonly PlannedUnit[]): string {
  for (const action of ACTIONS) {
    const reasons = [...new Set(units.filter((unit) => unit.action === action).map((unit) => unit.reason))];
    const first = reasons[0];
    if (first === undefined) continue;
    return reasons.length === 1 ? first : `${first}; and ${reasons.length - 1} more`;
  }
  return "";
}
