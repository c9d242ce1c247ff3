import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SerializedError } from "../../src/base/errors.js";
import { build } from "../executors/built.js";
import { type CommandOutcome, command, document, summaryOf } from "../support/cli.js";
import { endurance, report } from "../support/endurance.js";
import { seededNumbers } from "../support/kill.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { UnrulyProject } from "../support/unruly-project.js";

const folder = temporaryDirectory();
beforeAll(build);

/** Whether a command can be run; else why not. */
function refusal(program: string, words: readonly string[]): string | undefined {
  try {
    execFileSync(program, words, { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `${program} cannot be used here: ${(error as Error).message.split("\n")[0]}`;
  }
}

const texts = (rows: number) => ({ texts: { files: { a: `one\n!rows ${rows}`, b: "two" } } });

/** A full disk must show as such, in the summary or as the error of the whole run, with the path. */
function expectDiskFull(outcome: CommandOutcome): void {
  expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({ code: 7, signal: null });
  const told = document(outcome) as { error?: SerializedError };
  const errors = told.error === undefined ? summaryOf(outcome).steps.flatMap(({ error }) => error ?? []) : [told.error];
  for (const error of errors) {
    expect(error).toMatchObject({ tag: "storage/disk-full", exitCode: 7 });
    expect(error.fields.file).toContain("/");
    expect(error.message).toContain(String(error.fields.file));
    expect(error.wayOut).toBeTruthy();
  }
  const warnings = told.error === undefined ? summaryOf(outcome).warnings : [];
  expect(
    errors.length + warnings.filter((text) => text.startsWith("storage/disk-full: cannot write /")).length,
  ).toBeGreaterThan(0);
}

async function rowsIn(home: string, dataset: string): Promise<number | undefined> {
  const outcome = await command([
    "sql",
    `select count(*)::int as n from ${dataset}.item_record`,
    "--home",
    home,
    "--json",
  ]);
  return outcome.code === 0 ? (document(outcome) as { n: number }[])[0]?.n : undefined;
}

async function expectClean(home: string): Promise<void> {
  const outcome = await command(["verify", "--home", home, "--json"]);
  expect(document(outcome)).toMatchObject({ ok: true, findings: [] });
}

const noLimit = refusal("prlimit", ["--fsize=1000000", "true"]);

describe.skipIf(noLimit !== undefined)(
  `a limit on the size of files${noLimit === undefined ? "" : ` (${noLimit})`}`,
  () => {
    const random = seededNumbers(endurance.seed);
    // Below some 100 bytes no lock can be told what it is for; journals, records and parts come to kilobytes.
    const limits = endurance.long
      ? Array.from({ length: Math.min(endurance.rounds(20), 20) }, () => Math.round(50 * 3 ** (5 * random())))
      : [60, 1300, 4000];
    const project = new UnrulyProject(join(folder, "limited"));
    let rows = 3;
    let failed = 0;
    beforeAll(async () => {
      const first = await command(project.run(project.pipeline("limited", texts(1))));
      expect(first.code, first.stdout + first.stderr).toBe(0);
    }, 180_000);

    it.each(limits)(
      "of %i bytes leaves the old tables; without it the next run completes",
      async (limit) => {
        const pipeline = project.pipeline("limited", texts(1000 + rows));
        const outcome = await command(project.run(pipeline), { under: ["prlimit", `--fsize=${limit}`] });
        if (outcome.code !== 0) {
          failed += 1;
          expectDiskFull(outcome);
          expect(await rowsIn(project.home, "limited")).toBe(rows);
        }
        const next = await command(project.run(pipeline));
        expect(next.code, next.stdout + next.stderr).toBe(0);
        rows += 1002;
        expect(summaryOf(next).steps[0]?.rows).toBe(rows);
        await expectClean(project.home);
      },
      180_000,
    );

    it("was noticed", () => {
      expect(failed).toBeGreaterThan(0);
      report({ "limits on the size of files": limits.length, "runs that failed by them": failed });
    });
  },
);

const mountPoint = join(folder, "small-disk");
mkdirSync(mountPoint);
const mountWords = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mountPoint];
const noMount = refusal("mount", mountWords);
if (noMount === undefined) execFileSync("umount", [mountPoint]);

describe.skipIf(noMount !== undefined)(
  `a disk that is too small${noMount === undefined ? "" : ` (${noMount})`}`,
  () => {
    beforeAll(() => {
      execFileSync("mount", mountWords);
    });
    afterAll(() => {
      execFileSync("umount", [mountPoint]);
    });

    it("keeps the old tables at every size; with room the next run completes", async () => {
      const project = new UnrulyProject(join(folder, "small-disk-project"));
      const home = join(mountPoint, "home");
      const pipeline = project.pipeline("disk", texts(1));
      const run = () => command(["run", pipeline, "--home", home, "--json"], { cwd: project.folder });
      expect((await run()).code).toBe(0);
      project.pipeline("disk", texts(4000));
      const size = (kibibytes: number) => execFileSync("mount", ["-o", `remount,size=${kibibytes}k`, mountPoint]);
      const used = Number(execFileSync("df", ["--output=used", "-k", mountPoint], { encoding: "utf8" }).split("\n")[1]);
      for (const room of endurance.long ? [0, 4, 8, 16, 32, 48, 64, 96] : [0, 40]) {
        size(used + room);
        expectDiskFull(await run());
        expect(await rowsIn(home, "disk")).toBe(3);
        await expectClean(home);
      }
      size(16_384);
      const next = await run();
      expect(next.code, next.stdout + next.stderr).toBe(0);
      expect(await rowsIn(home, "disk")).toBe(4002);
      await expectClean(home);
    }, 240_000);
  },
);
