import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, type ExitCode, StorageError } from "../../base/errors.js";
import type { Store } from "../../store/store.js";
import type { Finding } from "../../store/types.js";
import { openExistingProject, projectPlace } from "../project.js";
import { pluralText } from "../quantities.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const project = await openExistingProject(projectPlace(context));
  const snapshots = project.store.currentGeneration().snapshots;
  const { resolveTable } = await import("../../engine/lineage.js");
  const table = operands[0] === undefined ? undefined : resolveTable(operands[0], Object.keys(snapshots));
  const { recomputeTableHash } = await import("../../engine/recompute-table-hash.js");
  const temporary = await mkdtemp(join(tmpdir(), "neurotables-verify-"));
  const recompute = recomputeTableHash(project, temporary);
  const findings: Finding[] = [];
  try {
    for await (const found of project.store.verify(table === undefined ? {} : { table }, recompute)) {
      const finding = found.problem === "part-damaged" ? await setAside(project.store, found) : found;
      findings.push(finding);
      if (!output.json) await output.data(`${finding.problem}: ${finding.message}\n  → ${finding.wayOut}\n`);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const tables = table === undefined ? Object.keys(snapshots) : [table];
  if (output.json) await output.document({ ok: findings.length === 0, tables, findings });
  else if (findings.length === 0)
    output.talk(`${pluralText(tables.length, "table")}: every byte and every row is as it was written`);
  else output.talk(`${pluralText(findings.length, "file")} damaged`);
  return findings.length === 0 ? EXIT.ok : EXIT.storage;
}

/** A damaged part is moved out of the way, so that nothing reads it and the next run makes it again. */
async function setAside(store: Store, finding: Finding): Promise<Finding> {
  if (finding.expected === null) return finding;
  try {
    const path = await store.setAsidePart({ sha256: finding.expected });
    if (path === undefined) return finding;
    const remedy = finding.table === null ? "" : " Run the pipeline again: the step that made it will run.";
    return { ...finding, wayOut: `It was moved to ${path}.${remedy}` };
  } catch (error) {
    // A home that cannot be written can still be verified.
    if (error instanceof StorageError) return finding;
    throw error;
  }
}
