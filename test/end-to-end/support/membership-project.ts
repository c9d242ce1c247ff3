import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunSummary, StepSummary } from "../../../src/engine/types.js";
import { type CommandOutcome, command, summaryOf } from "../../support/cli.js";
import { repositoryRoot } from "../../support/real-data.js";

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** JSON lines. */
export function lines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export type MembershipPipeline = "membership-randomised" | "membership-temporal" | "membership-scores";

export interface MembershipFolders {
  readonly sources: string;
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a pipeline file, or one of the pipelines of the dataset `membership` by its name. */
export async function runMembership(
  pipeline: MembershipPipeline | { readonly file: string },
  folders: MembershipFolders,
  more: readonly string[] = [],
): Promise<RunSummary> {
  const outcome = await membershipCommand(pipeline, folders, [...more, "--json"]);
  const summary = summaryOf(outcome);
  if (summary.steps === undefined) throw new Error(outcome.stdout);
  return summary;
}

/** The same in the form for people, whose words stand on stderr. */
export function membershipCommand(
  pipeline: MembershipPipeline | { readonly file: string },
  { sources, home, env = {} }: MembershipFolders,
  more: readonly string[] = [],
): Promise<CommandOutcome> {
  const file = typeof pipeline === "string" ? join(repositoryRoot, "pipelines", `${pipeline}.yaml`) : pipeline.file;
  return command(["run", file, "--sources", sources, "--home", home, ...more], { env });
}

/** `--set` for every parameter of a step (`gate.permutations`), the results of which become current. */
export function settings(values: Readonly<Record<string, unknown>>): string[] {
  const words = Object.entries(values).flatMap(([path, value]) => {
    const [step, ...rest] = path.split(".");
    return [
      "--set",
      `steps.${step}.with.${rest.join(".")}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    ];
  });
  return words.length === 0 ? [] : [...words, "--promote"];
}

export function stepOf({ steps }: RunSummary, name: string): StepSummary {
  const found = steps.find(({ step }) => step === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}

/** Hashes of what every step made. */
export function tableHashes({ steps }: RunSummary): Record<string, unknown> {
  return Object.fromEntries(steps.map(({ step, tableHash }) => [step, tableHash]));
}

/** Error of a failed step: its tag and message. */
export function failureOf(summary: RunSummary, step: string): string {
  const { status, error } = stepOf(summary, step) as StepSummary & { error?: { tag: string; message: string } };
  return status === "failed" && error !== undefined ? `${error.tag}: ${error.message}` : `${step} ${status}`;
}
