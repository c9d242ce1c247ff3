import { EXIT, type ExitCode, NeurotablesError } from "../../base/errors.js";
import type { Plan, Project } from "../../engine/types.js";
import { homeExists, nothingYet, openExistingProject, projectPlace } from "../project.js";
import { ageText, byteText, countText, shortHash } from "../quantities.js";
import { layoutTable, type TextColumn, textTable } from "../text-table.js";
import type { VerbContext } from "../verb.js";

interface TableStatus {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly tableHash: string;
  readonly pipeline: string;
  readonly steps: readonly string[];
  readonly since: number;
  readonly changedAt: string | null;
  /** Null: the pipeline file or its sources cannot be read now. */
  readonly upToDate: boolean | null;
  readonly reason: string;
}

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output } = context;
  const place = projectPlace(context);
  if (!homeExists(place.home)) {
    if (output.json)
      await output.document({
        home: place.home,
        generation: 0,
        createdAt: null,
        tables: [],
        pipelines: [],
        lastRun: null,
      });
    else output.talk(`${nothingYet(place).message}: ${nothingYet(place).wayOut}`);
    return EXIT.ok;
  }
  const project = await openExistingProject(place);
  const generation = project.store.currentGeneration();
  if (generation.generation === 0 && project.store.generationNumbers().length > 0) throw nothingYet(project);
  const plans = new Map<string, Plan | string>();
  for (const { pipeline } of Object.values(generation.snapshots)) {
    if (!plans.has(pipeline)) plans.set(pipeline, await planOf(pipeline, project));
  }
  const tables = Object.values(generation.snapshots).map((entry): TableStatus => {
    const { upToDate, reason } = freshness(plans.get(entry.pipeline), entry.steps);
    return {
      table: entry.table,
      rows: entry.rows,
      bytes: entry.bytes,
      tableHash: entry.tableHash,
      pipeline: entry.pipeline,
      steps: entry.steps,
      since: entry.since,
      changedAt: changedAt(project, entry.since),
      upToDate,
      reason,
    };
  });
  if (output.json) {
    const pipelines = [...plans].map(([pipeline, plan]) =>
      typeof plan === "string" ? { pipeline, error: plan } : { pipeline, counts: plan.counts, missing: plan.missing },
    );
    await output.document({
      home: project.home,
      generation: generation.generation,
      createdAt: generation.createdAt === "" ? null : generation.createdAt,
      tables,
      pipelines,
      lastRun: project.store.journal.runs(1)[0] ?? null,
    });
  } else if (tables.length === 0) output.talk(`${nothingYet(place).message}: ${nothingYet(place).wayOut}`);
  else await output.data(statusText(tables, output.terminal.stdoutIsTerminal ? output.terminal.columns() : undefined));
  return EXIT.ok;
}

/** The plan of a pipeline, or why there is none. */
async function planOf(pipeline: string, project: Project): Promise<Plan | string> {
  const { readPipelines } = await import("../../engine/pipeline-file.js");
  const { planPipelines } = await import("../../engine/plan.js");
  try {
    return await planPipelines({ project, pipelines: await readPipelines([pipeline], { project }) });
  } catch (error) {
    if (error instanceof NeurotablesError) return error.message;
    throw error;
  }
}

function freshness(
  plan: Plan | string | undefined,
  steps: readonly string[],
): Pick<TableStatus, "upToDate" | "reason"> {
  if (plan === undefined || typeof plan === "string") return { upToDate: null, reason: plan ?? "unknown pipeline" };
  const units = plan.units.filter((unit) => steps.includes(unit.step));
  const stale = units.find((unit) => unit.action === "run" || unit.action === "wait");
  if (stale !== undefined) return { upToDate: false, reason: stale.reason };
  const skipped = units.find((unit) => unit.action === "skip");
  if (units.length === 0 || units.every((unit) => unit.action === "skip")) {
    return { upToDate: null, reason: skipped?.reason ?? "no step of the pipeline makes it any more" };
  }
  return { upToDate: true, reason: "up to date" };
}

/** When the generation in which a table changed was committed; null when `gc` has removed it. */
function changedAt(project: Project, generation: number): string | null {
  try {
    return project.store.readGeneration(generation).createdAt;
  } catch {
    return null;
  }
}

/** Left out, in this order, where the terminal is too narrow for whole names and reasons that can be read. */
const LEFT_OUT_FIRST = ["hash", "pipeline", "size"];
const READABLE_REASON = 24;

function statusText(tables: readonly TableStatus[], available: number | undefined): string {
  const now = Date.now();
  const cells: readonly (TextColumn & { readonly of: (table: TableStatus) => string })[] = [
    { name: "table", align: "left", whole: true, of: ({ table }) => table },
    { name: "rows", align: "right", whole: true, of: ({ rows }) => countText(rows) },
    { name: "size", align: "right", whole: true, of: ({ bytes }) => byteText(bytes) },
    {
      name: "changed",
      align: "left",
      of: ({ changedAt }) => (changedAt === null ? "" : ageText((now - Date.parse(changedAt)) / 1000)),
    },
    { name: "pipeline", align: "left", whole: true, of: ({ pipeline }) => pipeline },
    { name: "hash", align: "left", whole: true, of: ({ tableHash }) => shortHash(tableHash) },
    { name: "up to date", align: "left", of: upToDateText },
  ];
  const width = (columns: typeof cells) =>
    layoutTable(columns, rowsOf(columns)).widths.reduce((sum, one, index) => {
      const needed = columns[index]?.name === "up to date" ? Math.min(one, READABLE_REASON) : one;
      return sum + needed + (index === 0 ? 0 : 2);
    }, 0);
  const rowsOf = (columns: typeof cells) => tables.map((table) => columns.map(({ of }) => of(table)));
  let columns = cells;
  for (const name of LEFT_OUT_FIRST) {
    if (available === undefined || width(columns) <= available) break;
    columns = columns.filter((column) => column.name !== name);
  }
  return textTable(columns, rowsOf(columns), available === undefined ? {} : { available });
}

function upToDateText({ upToDate, reason }: TableStatus): string {
  return upToDate === true ? "yes" : upToDate === null ? `unknown: ${reason}` : `no: ${reason}`;
}
