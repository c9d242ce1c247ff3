import { EXIT, type ExitCode } from "../../base/errors.js";
import type { Lineage, LineageNode } from "../../engine/lineage.js";
import { nothingYet, openExistingProject, projectPlace } from "../project.js";
import { countText, pluralText, shortHash } from "../quantities.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const place = projectPlace(context);
  const project = await openExistingProject(place);
  if (Object.keys(project.store.currentGeneration().snapshots).length === 0) throw nothingYet(project);
  const { lineage } = await import("../../engine/lineage.js");
  const answer = lineage({ project, table: operands[0] as string });
  if (output.json) await output.document(answer);
  else await output.data(lineageText(answer));
  return EXIT.ok;
}

/** A tree: the table, the steps that wrote it, the tables and files that each read; every table is opened once. */
export function lineageText({ table, upstream, downstream, files }: Lineage): string {
  const nodes = new Map(upstream.map((node) => [node.table, node]));
  const opened = new Set<string>();
  const lines: string[] = [];
  const draw = (label: string, inner: string, branches: readonly Branch[]) => {
    lines.push(label);
    branches.forEach((branch, index) => {
      const last = index === branches.length - 1;
      const next = branch();
      draw(`${inner}${last ? "└─ " : "├─ "}${next.label}`, `${inner}${last ? "   " : "│  "}`, next.branches);
    });
  };
  const tableBranch = (name: string): Branch => {
    return () => {
      const node = nodes.get(name);
      if (node === undefined) return { label: `${visibleText(name)}  (not current)`, branches: [] };
      const label = `${visibleText(name)}  ${pluralText(node.rows, "row")}`;
      if (opened.has(name)) return { label: `${label}  (above)`, branches: [] };
      opened.add(name);
      return { label, branches: node.steps.map(stepBranch) };
    };
  };
  const stepBranch = (step: LineageNode["steps"][number]): Branch => {
    return () => {
      const several = step.partitions > 1 ? `, ${countText(step.partitions)} partitions` : "";
      return {
        label: `${visibleText(step.step)}  (${visibleText(step.implementation)}${several})`,
        branches: [
          ...step.inputs.map((input) => tableBranch(input.table)),
          ...step.files.map((file) => () => ({
            label: `${visibleText(file.path)}  ${shortHash(file.sha256)}`,
            branches: [],
          })),
        ],
      };
    };
  };
  const root = tableBranch(table)();
  draw(root.label, "", root.branches);
  lines.push("", `${pluralText(files.length, "raw file")} behind it`);
  if (downstream.length > 0) lines.push(`made from it: ${downstream.map((node) => node.table).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

type Branch = () => { readonly label: string; readonly branches: readonly Branch[] };
