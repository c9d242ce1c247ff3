import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, type ExitCode } from "../../base/errors.js";
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
  for await (const finding of project.store.verify(table === undefined ? {} : { table }, recompute)) {
    findings.push(finding);
    if (!output.json) await output.data(`${finding.problem}: ${finding.message}\n  → ${finding.wayOut}\n`);
  }
  await rm(temporary, { recursive: true, force: true });
  const tables = table === undefined ? Object.keys(snapshots) : [table];
  if (output.json) await output.document({ ok: findings.length === 0, tables, findings });
  else if (findings.length === 0)
    output.talk(`${pluralText(tables.length, "table")}: every byte and every row is as it was written`);
  else output.talk(`${pluralText(findings.length, "file")} damaged`);
  return findings.length === 0 ? EXIT.ok : EXIT.storage;
}
