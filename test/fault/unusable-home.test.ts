import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { command, commandEntry, document, errorOf, summaryOf } from "../support/cli.js";
import { filesBelow } from "../support/store-fixtures.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { UnrulyProject } from "../support/unruly-project.js";

const folder = temporaryDirectory();
const project = new UnrulyProject(folder);
const steps = { texts: { files: { a: "one\ntwo", b: "three" } } };
let pipeline: string;

beforeAll(async () => {
  build();
  chmodSync(folder, 0o755);
  pipeline = project.pipeline("texts", steps);
  const outcome = await command(project.run(pipeline));
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
}, 180_000);

interface Verdict {
  readonly ok: boolean;
  readonly findings: readonly { readonly problem: string; readonly path: string; readonly wayOut: string }[];
}

async function verified(home: string): Promise<Verdict> {
  const outcome = await command(["verify", "--home", home, "--json"]);
  const verdict = document(outcome) as Verdict;
  expect(outcome.code).toBe(verdict.ok ? 0 : 7);
  return verdict;
}

/** A user who may read what is here and write nothing of it: this one, or, for root, `nobody`. */
function powerless(): { readonly under: readonly string[]; readonly reason?: string } {
  if (process.getuid?.() !== 0)
    return { under: [], ...(process.platform === "win32" ? { reason: "no POSIX modes" } : {}) };
  const under = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  try {
    execFileSync("setpriv", [...under.slice(1), process.execPath, "--check", commandEntry], { stdio: "pipe" });
    return { under };
  } catch (error) {
    return { under, reason: `root may write everywhere, and ${(error as Error).message.split("\n")[0]}` };
  }
}

const { under, reason } = powerless();

describe.skipIf(reason !== undefined)(
  `a home that may not be written${reason === undefined ? "" : ` (${reason})`}`,
  () => {
    const modes = (mode: number) => {
      for (const entry of readdirSync(project.home, { withFileTypes: true, recursive: true })) {
        if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), mode);
      }
      chmodSync(project.home, mode);
    };

    it("can be queried and verified; a run says what it may not do, and works once it may", async () => {
      const changed = project.pipeline("texts", { texts: { files: { ...steps.texts.files, c: "four" } } });
      modes(0o555);
      try {
        const run = await command(project.run(changed), { under });
        expect(run.code).toBe(7);
        const error = errorOf(run);
        expect(error).toMatchObject({ tag: "storage/permission", exitCode: 7 });
        expect(error.message).toContain(project.home);
        expect(error.wayOut).toBeTruthy();

        const query = ["sql", "select count(*)::int as n from texts.item_record", "--home", project.home, "--json"];
        const answer = await command(query, { under });
        expect(answer.code, answer.stderr + answer.stdout).toBe(0);
        expect(document(answer)).toEqual([{ n: 3 }]);
        const verdict = await command(["verify", "--home", project.home, "--json"], { under });
        expect(document(verdict)).toMatchObject({ ok: true, findings: [] });
      } finally {
        modes(0o755);
      }
      const run = await command(project.run(changed));
      expect(run.code, run.stderr).toBe(0);
      expect(summaryOf(run).steps[0]).toMatchObject({ rows: 4, partitions: { cached: 2, ran: 1 } });
      project.pipeline("texts", steps);
      expect((await command(project.run(pipeline))).code).toBe(0);
    }, 180_000);

    it("or made is named", async () => {
      const parent = join(folder, "closed");
      mkdirSync(parent, { mode: 0o555 });
      const outcome = await command(["run", pipeline, "--home", join(parent, "home"), "--json"], {
        under,
        cwd: folder,
      });
      expect(outcome.code).toBe(7);
      expect(errorOf(outcome)).toMatchObject({ tag: "storage/permission", exitCode: 7 });
      expect(errorOf(outcome).message).toContain(parent);
    }, 60_000);
  },
);

describe("a home that is none", () => {
  it("but a file is refused with its path", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "content");
    for (const home of [file, join(file, "below")]) {
      const outcome = await command(["run", pipeline, "--home", home, "--json"], { cwd: folder });
      expect(outcome.code).toBe(7);
      expect(errorOf(outcome)).toMatchObject({ tag: "storage/not-a-folder", exitCode: 7 });
      expect(errorOf(outcome).message).toContain(file);
    }
    expect(readFileSync(file, "utf8")).toBe("content");
  }, 60_000);

  it("but somebody's folder is refused, and nothing is written there", async () => {
    const home = join(folder, "thesis");
    mkdirSync(home);
    writeFileSync(join(home, "chapter.txt"), "");
    const outcome = await command(["run", pipeline, "--home", home, "--json"], { cwd: folder });
    expect(outcome.code).toBe(7);
    expect(errorOf(outcome)).toMatchObject({ tag: "storage/not-a-home" });
    expect(readdirSync(home)).toEqual(["chapter.txt"]);
  }, 60_000);
});

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  const byte = Math.floor(bit / 8) % bytes.length;
  bytes[byte] = (bytes[byte] as number) ^ (1 << (bit % 8));
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

describe("a home with damage", () => {
  const project = new UnrulyProject(join(folder, "damage"));
  let pipeline: string;
  beforeAll(async () => {
    pipeline = project.pipeline("texts", steps);
    expect((await command(project.run(pipeline))).code).toBe(0);
  }, 120_000);

  it("among its parts is found out; the next run makes them again, and nothing else", async () => {
    const parts = filesBelow(join(project.home, "parts"));
    expect(parts.length).toBeGreaterThan(5);
    const before = readFileSync(parts[0] as string);
    const [first, second, third, ...rest] = parts as [string, string, string, ...string[]];
    rmSync(first);
    flipBit(second, 12_345);
    chmodSync(third, 0o644);
    truncateSync(third, 100);

    const { findings } = await verified(project.home);
    const name = (path: string) => path.slice(project.home.length + 1);
    expect(findings.map(({ problem, path }) => [problem, path]).sort()).toEqual([
      ["part-damaged", name(second)],
      ["part-length", name(third)],
      ["part-missing", name(first)],
    ]);
    // The part that was flipped is out of the way, and kept for whoever wants to look at it.
    expect(filesBelow(join(project.home, "parts"))).toEqual([third, ...rest]);
    expect(filesBelow(join(project.home, "damaged"))).toHaveLength(1);
    expect(findings.find(({ problem }) => problem === "part-damaged")?.wayOut).toContain("damaged/");

    const run = await command(project.run(pipeline));
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(summaryOf(run).steps.some(({ partitions }) => partitions.ran > 0)).toBe(true);
    expect(filesBelow(join(project.home, "parts"))).toEqual(parts);
    expect(readFileSync(first)).toEqual(before);
    expect(await verified(project.home)).toMatchObject({ ok: true, findings: [] });
    const again = await command(project.run(pipeline));
    expect(summaryOf(again).steps.map(({ status }) => status)).toEqual(["cached", "cached"]);

    expect((await command(["gc", "--home", project.home])).code).toBe(0);
    expect(filesBelow(join(project.home, "damaged"))).toEqual([]);
    expect(await verified(project.home)).toMatchObject({ ok: true });
  }, 180_000);

  it("in a step record or the newest manifest is found out, and the next run repairs it", async () => {
    const record = filesBelow(join(project.home, "steps"))[0] as string;
    const manifest = filesBelow(join(project.home, "manifests")).at(-1) as string;
    flipBit(record, 900);
    flipBit(manifest, 900);
    const { findings } = await verified(project.home);
    expect(findings.map(({ problem }) => problem).sort()).toEqual(["manifest-damaged", "step-damaged"]);

    const run = await command(project.run(pipeline));
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const answer = await command([
      "sql",
      "select count(*)::int as n from texts.item_record",
      "--home",
      project.home,
      "--json",
    ]);
    expect(document(answer)).toEqual([{ n: 3 }]);
    // The damaged manifest stays as history; it is no longer the newest.
    const after = await verified(project.home);
    expect(after.findings.map(({ problem }) => problem)).toEqual(["manifest-damaged"]);
  }, 180_000);
});
