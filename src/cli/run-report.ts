import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckSummary, MissingSource, RunSummary, StepSummary } from "../engine/types.js";
import type { Output, Paint } from "./output.js";
import { countText, durationText, pluralText } from "./quantities.js";
import { textTable } from "./text-table.js";
import { visibleText } from "./text-width.js";

const LOG_LINES = 30;
/** Failed partitions of one step that a report names. */
const FAILURES_NAMED = 5;

/** The summary of a run for people: what each step did, what is missing, what failed and why, where to go next. */
export function runReport({
  summary,
  home,
  command,
  output,
}: {
  summary: RunSummary;
  home: string;
  command: string;
  output: Output;
}): string {
  const { paint, terminal } = output;
  const sections = [
    stepTable(summary.steps, terminal.stdoutIsTerminal ? terminal.columns() : undefined, paint),
    missingText(summary),
    mirrorText(summary),
    ...summary.steps
      .filter((step) => step.status === "failed" || step.failures !== undefined)
      .map((step) => failureText({ step, summary, home, command, paint })),
    ...summary.checks.filter((check) => check.status === "failed").map((check) => checkText(check, paint)),
    closingText(summary, command, paint),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function stepTable(steps: readonly StepSummary[], available: number | undefined, paint: Paint): string {
  const several = new Set(steps.map((step) => step.pipeline)).size > 1;
  const left = (name: string) => ({ name, align: "left" as const });
  const right = (name: string) => ({ name, align: "right" as const });
  const columns = [
    ...(several ? [left("pipeline")] : []),
    left("step"),
    left("status"),
    right("rows"),
    right("seconds"),
    right("dropped"),
    left("why"),
  ];
  const rows = steps.map((step) => [
    ...(several ? [step.pipeline] : []),
    step.step,
    step.status,
    step.tables.length > 0 ? countText(step.rows) : "",
    step.status !== "cached" && step.partitions.ran > 0 ? step.seconds.toFixed(2) : "",
    step.dropped === 0 ? "" : countText(step.dropped),
    reasonText(step),
  ]);
  return textTable(columns, rows, {
    ...(available === undefined ? {} : { available }),
    header: (line) => paint("bold", line),
  });
}

/** Why a step ran, failed or was skipped; of several partitions, how many failed. */
function reasonText({ status, partitions, failures = [], error, reason }: StepSummary): string {
  const units = partitions.ran + partitions.cached + partitions.failed + partitions.skipped;
  if (partitions.failed > 0 && units > 1) {
    return `${countText(partitions.failed)} of ${countText(units)} partitions failed: ${error?.message ?? reason}`;
  }
  if (partitions.failed > 0) return error?.message ?? reason;
  const [first] = failures;
  if (first !== undefined) return `${pluralText(failures.length, "recording")} failed: ${first.error.message}`;
  return status === "cached" ? "" : reason;
}

function missingText({ missingSources }: RunSummary): string {
  return missingSources.map(missingLine).join("");
}

/** One line about a missing source, with a line end. */
export function missingLine({ source, pattern, optional, downloadable, reason }: MissingSource): string {
  const fetched = downloadable && reason === undefined ? "; --download fetches it" : "";
  const why = reason === undefined ? "" : `: ${visibleText(reason)}`;
  return `missing: ${source} (${pattern})${optional ? ", optional" : ""}${fetched}${why}\n`;
}

/** Which folder gave the files, where there are several. */
function mirrorText({ files }: RunSummary): string {
  const byMirror = new Map<string, number>();
  for (const { mirror } of files) byMirror.set(mirror, (byMirror.get(mirror) ?? 0) + 1);
  if (byMirror.size < 2) return "";
  return [...byMirror].map(([mirror, count]) => `${pluralText(count, "file")} from ${mirror}\n`).join("");
}

function failureText({
  step,
  summary,
  home,
  command,
  paint,
}: {
  step: StepSummary;
  summary: RunSummary;
  home: string;
  command: string;
  paint: Paint;
}): string {
  const { failures = [] } = step;
  const lines = failures.slice(0, FAILURES_NAMED).flatMap(({ partition, recording, error, keepsLastResult }) => {
    const where = [partition, recording ?? ""].filter((name) => name !== "").join(", ");
    const name = where === "" ? step.step : `${step.step} [${visibleText(where)}]`;
    return [
      `${paint("red", "FAILED")} ${name}: ${visibleText(error.message)} ${paint("dim", `[${error.tag}]`)}`,
      ...(error.wayOut === undefined ? [] : [`  → ${visibleText(error.wayOut)}`]),
      ...(keepsLastResult ? ["  its rows of the last good run stay"] : []),
    ];
  });
  const more = failures.length - FAILURES_NAMED;
  if (more > 0) lines.push(`  … ${pluralText(more, "more failure")} of ${step.step} (--json lists them all)`);
  if (failures.length === 0) {
    const { error } = step;
    const tag = error === undefined ? "" : paint("dim", `[${error.tag}]`);
    lines.push(`${paint("red", "FAILED")} ${step.step}: ${visibleText(error?.message ?? step.reason)} ${tag}`);
    if (error?.wayOut !== undefined) lines.push(`  → ${visibleText(error.wayOut)}`);
  }
  const path = step.log === undefined ? undefined : join(home, step.log);
  if (path !== undefined && existsSync(path)) {
    const partitions = failures.slice(0, FAILURES_NAMED).map(({ partition }) => partition);
    lines.push(...logTail(readFileSync(path, "utf8"), partitions).map((line) => `  | ${visibleText(line)}`));
  }
  if (path !== undefined) lines.push(`  log: ${path}`);
  // A recording that cannot be loaded is told again every time; only a unit that failed runs again.
  if (step.partitions.failed > 0) lines.push(`  again: ${command} --only ${step.step}`);
  const held = summary.steps.filter(
    (other) =>
      other.status === "skipped" &&
      other.pipeline === step.pipeline &&
      other.reason.split(/[\s,]+/).includes(step.step),
  );
  if (held.length > 0) lines.push(`  skipped because of it: ${held.map((other) => other.step).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** The last lines of a step's log; of a step with many partitions, those about the ones named. */
function logTail(log: string, partitions: readonly string[]): string[] {
  const lines = log.trimEnd().split("\n");
  if (partitions.length === 0 || partitions.includes("")) return lines.slice(-LOG_LINES);
  const names = [...new Set(partitions)];
  const about = new Map<string, string[]>(names.map((name) => [name, []]));
  let current: string[] | undefined;
  for (const line of lines) {
    // An entry begins with time and level; the lines that follow belong to it.
    const [, rest] = /^\d{4}-\d\d-\d\dT[\d:.]+Z \w+ (.*)$/.exec(line) ?? [];
    if (rest !== undefined) current = about.get(names.find((name) => rest.startsWith(`[${name}] `)) ?? "");
    current?.push(line);
  }
  const each = Math.ceil(LOG_LINES / names.length);
  return [...about.values()].flatMap((found) => found.slice(-each));
}

/** A check that does not hold, with the rows at fault. */
export function checkText(check: CheckSummary, paint: Paint): string {
  const lines = [`${paint("red", "CHECK FAILED")} ${check.check}: ${visibleText(check.reason)}`];
  const names = Object.keys(check.rows[0] ?? {});
  if (names.length > 0) {
    const columns = names.map((name) => ({ name, align: "left" as const }));
    const rows = check.rows.map((row) => names.map((name) => cellText(row[name])));
    lines.push(
      ...textTable(columns, rows)
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    );
    if (check.rowsAtFault > check.rows.length) lines.push(`  … ${countText(check.rowsAtFault)} rows at fault in all`);
  }
  return `${lines.join("\n")}\n`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function closingText(summary: RunSummary, command: string, paint: Paint): string {
  const counts = (["ran", "cached", "skipped", "failed"] as const)
    .map((status) => [summary.steps.filter((step) => step.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`);
  const held = summary.checks.filter((check) => check.status === "ok").length;
  const skipped = summary.checks.filter((check) => check.status === "skipped").length;
  const checks =
    summary.checks.length === 0
      ? ""
      : `; ${pluralText(held, "check")} held${skipped === 0 ? "" : `, ${skipped} skipped`}`;
  const first = `${paint("bold", summary.ok ? "ok" : "not ok")}: ${counts.join(", ") || "nothing to do"} in ${durationText(summary.seconds)}${checks}`;
  if (summary.exitCode === 130) return `${first}\ninterrupted; to go on: ${command}\n`;
  if (!summary.ok && summary.generation !== null) {
    return `${first}\nwhat failed is left out or stays as it was; the rest is current (generation ${summary.generation})\n`;
  }
  if (!summary.ok) return `${first}\nwhat was current before stays current\n`;
  const tables = summary.steps.flatMap((step) => step.tables).filter(({ rows }) => rows > 0);
  // Tables of sources as they are spelled interest fewer people than what was made of them.
  const table = (
    tables.find((one) => !/(?:_(?:record|dropped|count|file)|\.source_trace)$/.test(one.table)) ?? tables[0]
  )?.table;
  return table === undefined ? `${first}\n` : `${first}\nnext: neurotables sql "SELECT * FROM ${table} LIMIT 10"\n`;
}
