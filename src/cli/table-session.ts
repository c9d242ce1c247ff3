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
  const hold = await holdHome(project, "plot");
  const controller = new AbortController();
  const forget = context.output.terminal.onInterrupt(() => controller.abort());
  let scratch: string | undefined;
  let session: SqlSession | undefined;
  try {
    const views = await currentViews(project);
    if (views.length === 0) throw nothingYet(project);
    scratch = await scratchDirectory(project, "plot");
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

/** `gc` waits until it is released. A home that cannot be written is not cleaned either: it needs no hold. */
export async function holdHome(project: Project, purpose: string): Promise<Lock | undefined> {
  try {
    return await project.store.hold(purpose);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** In the home; a home that cannot be written (shared, read-only) is read all the same. */
export async function scratchDirectory(project: Project, purpose: string): Promise<string> {
  try {
    return await project.store.temporaryDirectory(purpose);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return mkdtemp(join(tmpdir(), `neurotables-${purpose}-`));
  }
}
