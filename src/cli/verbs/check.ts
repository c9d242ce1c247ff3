import { EXIT, type ExitCode, UsageError } from "../../base/errors.js";
import type { Pipeline } from "../../engine/pipeline.js";
import type { CheckSummary, Project } from "../../engine/types.js";
import type { Output } from "../output.js";
import { absolutePipelines, nothingYet, openExistingProject, projectPlace } from "../project.js";
import { pluralText } from "../quantities.js";
import { checkText } from "../run-report.js";
import { textTable } from "../text-table.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const place = projectPlace(context, operands);
  const project = await openExistingProject(place);
  if (Object.keys(project.store.currentGeneration().snapshots).length === 0) throw nothingYet(project);
  const subject = await subjectOf(context, project);
  const { checkTables } = await import("../../engine/check.js");
  const { ProcessExecutor } = await import("../../executors/process-executor.js");
  const executor = new ProcessExecutor();
  const controller = new AbortController();
  const forget = output.terminal.onInterrupt(() => controller.abort());
  try {
    const checks = await checkTables({ project, executor, ...subject, signal: controller.signal });
    const ok = checks.every((check) => check.status !== "failed");
    if (output.json) await output.document({ ok, checks });
    else await report(checks, output);
    return ok ? EXIT.ok : EXIT.checkFailed;
  } finally {
    forget();
    await executor.close();
  }
}

/** A pipeline, a table, or without an operand the pipelines that made the current tables. */
async function subjectOf(
  context: VerbContext,
  project: Project,
): Promise<{ readonly pipelines: readonly Pipeline[]; readonly table?: string }> {
  const { readPipelines } = await import("../../engine/pipeline-file.js");
  const [name] = context.operands;
  const snapshots = project.store.currentGeneration().snapshots;
  if (name === undefined) {
    const names = [...new Set(Object.values(snapshots).map((entry) => entry.pipeline))];
    return { pipelines: await readPipelines(names, { project }) };
  }
  const { resolveTable } = await import("../../engine/lineage.js");
  try {
    return { pipelines: [], table: resolveTable(name, Object.keys(snapshots)) };
  } catch (noTable) {
    try {
      return { pipelines: await readPipelines(absolutePipelines(context, [name]), { project }) };
    } catch (error) {
      // Neither: what was said about the table has the better hint.
      if (error instanceof UsageError && !/[/.]/.test(name)) {
        throw new UsageError("no-subject", `there is no table and no pipeline ${name}`, {
          fields: { name },
          wayOut: [(noTable as UsageError).wayOut, error.wayOut].filter((one) => one !== undefined).join("; "),
        });
      }
      throw error;
    }
  }
}

async function report(checks: readonly CheckSummary[], output: Output): Promise<void> {
  const rows = checks.map((check) => [check.status, check.check, check.reason]);
  const columns = ["status", "check", "result"].map((name) => ({ name, align: "left" as const }));
  const { terminal, paint } = output;
  const available = terminal.stdoutIsTerminal ? { available: terminal.columns() } : {};
  await output.data(textTable(columns, rows, { ...available, header: (line) => paint("bold", line) }));
  const failed = checks.filter((check) => check.status === "failed");
  for (const check of failed) await output.data(`\n${checkText(check, paint)}`);
  const held = checks.filter((check) => check.status === "ok").length;
  output.talk(
    `\n${pluralText(held, "check")} held, ${failed.length} failed, ${checks.length - held - failed.length} skipped`,
  );
}
