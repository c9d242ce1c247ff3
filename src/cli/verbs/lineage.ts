import { EXIT, type ExitCode } from "../../base/errors.js";
import { type LineageNode, lineageOf, tablesBelow } from "../lineage-tree.js";
import { nothingYet, openExistingProject, projectPlace } from "../project.js";
import { qualifiedTable } from "../table-name.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const place = projectPlace(context);
  const { store } = await openExistingProject(place);
  const snapshots = store.currentGeneration().snapshots;
  if (Object.keys(snapshots).length === 0) throw nothingYet(place);
  const table = qualifiedTable(operands[0] as string, Object.keys(snapshots));
  const upstream = lineageOf(table, store);
  const downstream = tablesBelow(table, store);
  if (output.json) await output.document({ table, upstream, downstream });
  else await output.data(treeText(upstream, downstream));
  return EXIT.ok;
}

function treeText(upstream: LineageNode, downstream: readonly string[]): string {
  const lines: string[] = [];
  const shown = new Set<string>();
  const draw = (node: LineageNode, indent: string, branch: string, last: boolean) => {
    const again = node.kind === "table" && shown.has(node.name) && node.inputs.length > 0;
    lines.push(
      `${indent}${branch}${visibleText(node.name)}${node.detail === "" ? "" : `  (${visibleText(node.detail)})`}${again ? "  (above)" : ""}`,
    );
    if (again) return;
    shown.add(node.name);
    const inner = branch === "" ? "" : `${indent}${last ? "   " : "│  "}`;
    node.inputs.forEach((input, index) => {
      const final = index === node.inputs.length - 1;
      draw(input, inner, final ? "└─ " : "├─ ", final);
    });
  };
  draw(upstream, "", "", true);
  if (downstream.length > 0) lines.push("", `made from it: ${downstream.join(", ")}`);
  return `${lines.join("\n")}\n`;
}
