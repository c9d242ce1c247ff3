import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type ExitCode } from "../../base/errors.js";
import type { RunInfo, RunRecord } from "../../store/journal.js";
import { openExistingProject, projectPlace } from "../project.js";
import { ageText, durationText } from "../quantities.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const { store, home } = await openExistingProject(projectPlace(context));
  const [name] = operands;
  if (name === undefined) {
    const runs = store.journal.runs(output.json ? Number.POSITIVE_INFINITY : 50);
    if (output.json) await output.document({ runs });
    else await output.data(runs.length === 0 ? "no runs yet\n" : runList(runs));
    return EXIT.ok;
  }
  const record = store.journal.read(name === "last" ? (store.journal.ids()[0] ?? name) : name);
  if (output.json) await output.document(record);
  else await output.data(runText(record, home));
  return EXIT.ok;
}

function runList(runs: readonly RunInfo[]): string {
  const columns = [
    { name: "run", align: "left" as const },
    { name: "started", align: "left" as const },
    { name: "took", align: "right" as const },
    { name: "status", align: "left" as const },
    { name: "pipelines", align: "left" as const },
  ];
  const now = Date.now();
  const rows = runs.map((info) => {
    const started = Date.parse(info.startedAt);
    const took = info.finishedAt === null ? "" : durationText((Date.parse(info.finishedAt) - started) / 1000);
    const pipelines = Array.isArray(info.info.pipelines) ? info.info.pipelines.join(", ") : "";
    return [info.run, ageText((now - started) / 1000), took, statusOf(info), pipelines];
  });
  return textTable(columns, rows);
}

function statusOf(info: RunInfo): string {
  if (info.status !== "finished") return info.status;
  const code = info.result?.exitCode;
  return typeof code !== "number" || code === 0 ? "ok" : `failed (${code})`;
}

/** Each line of the journal, and below it the log files of steps that failed. */
function runText(record: RunRecord, home: string): string {
  const lines = [`${record.run}  ${record.startedAt}  ${statusOf(record)}`];
  for (const { at, event } of record.lines) {
    const { kind, ...fields } = event;
    const shown = Object.entries(fields)
      .filter(
        ([key, value]) => key !== "key" && key !== "owner" && value !== null && value !== "" && value !== undefined,
      )
      .map(([key, value]) => `${key}=${short(value)}`);
    lines.push(`${at.slice(11, 23)}  ${kind}  ${shown.join(" ")}`.trimEnd());
    const log = typeof event.log === "string" ? event.log : undefined;
    const path = log === undefined ? undefined : join(home, log);
    if (path === undefined || !existsSync(path)) continue;
    const partition = typeof event.partition === "string" ? event.partition : "";
    lines.push(...tail(path, partition).map((line) => `    ${visibleText(line)}`));
  }
  if (record.damagedLines > 0) lines.push(`${record.damagedLines} damaged lines are left out`);
  return `${lines.join("\n")}\n`;
}

function short(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return visibleText(text.length > 160 ? `${text.slice(0, 159)}…` : text);
}

/** The last lines of a log: of one partition, where the step has several. */
function tail(path: string, partition: string): string[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return (partition === "" ? lines : lines.filter((line) => line.includes(`[${partition}]`))).slice(-30);
}
