import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StorageError } from "../base/errors.js";
import type { Lock } from "../base/lock.js";
import type { Project } from "../engine/types.js";
import { SqlSession } from "../sql/sql-session.js";
import type { SqlView } from "../sql/sql-types.js";
import { currentViews, sqlCatalogue } from "./current-tables.js";
import { jobCount, nothingYet, openExistingProject, projectPlace } from "./project.js";
import type { VerbContext } from "./verb.js";

/**
 * Runs `work` with a session over the current tables; `gc` waits until it has ended, and Ctrl-C aborts its signal.
 *
 * @throws {UsageError} `usage/no-tables`.
 */
export async function withTableSession<T>(
  context: VerbContext,
  work: (session: SqlSession, views: readonly SqlView[], signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const project = await openExistingProject(projectPlace(context));
  const hold = await holdHome(project);
  const controller = new AbortController();
  const forget = context.output.terminal.onInterrupt(() => controller.abort());
  let scratch: string | undefined;
  let session: SqlSession | undefined;
  try {
    const views = await currentViews(project);
    if (views.length === 0) throw nothingYet(project);
    scratch = await temporaryDirectory(project);
    session = await SqlSession.open({
      views,
      catalogue: sqlCatalogue(project),
      temporaryDirectory: scratch,
      threads: jobCount(context),
    });
    return await work(session, views, controller.signal);
  } finally {
    forget();
    await session?.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true }).catch(() => {});
    hold?.release();
  }
}

/** A home that cannot be written is not cleaned either: it needs no hold. */
async function holdHome(project: Project): Promise<Lock | undefined> {
  try {
    return await project.store.hold("plot");
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** In the home; a home that cannot be written (shared, read-only) is read all the same. */
async function temporaryDirectory(project: Project): Promise<string> {
  try {
    return await project.store.temporaryDirectory("plot");
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return mkdtemp(join(tmpdir(), "neurotables-plot-"));
  }
}
