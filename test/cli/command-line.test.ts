import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { type FakeTerminal, fakeTerminal } from "./support/fake-terminal.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-command-test-"));
  mkdirSync(join(folder, "project", "pipelines", "deep"), { recursive: true });
  writeFileSync(join(folder, "project", "pipelines", "broken.yaml"), "pipeline: broken\nstepz: {}\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function command(argv: readonly string[], options: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal: FakeTerminal = fakeTerminal({ cwd: join(folder, "project"), ...options });
  const code = await runCommandLine(argv, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
const COLOUR = /\u001b\[/;

describe("errors", () => {
  it("are on stderr with tag and way out", async () => {
    const { code, out, err } = await command(["runn"]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^error: neurotables has no verb "runn"; did you mean "run"\? \[usage\/unknown-verb\]\n {2}→ /);
  });

  it("are one document on stdout with --json, wherever it stands", async () => {
    for (const argv of [
      ["--json", "runn"],
      ["run", "nowhere", "--json"],
      ["status", "--jsn", "--json"],
    ]) {
      const { code, out, err } = await command(argv);
      const { error } = JSON.parse(out) as { error: { exitCode: number; tag: string } };
      expect(error.exitCode).toBe(code);
      expect(error.tag).toMatch(/^usage\//);
      expect(err).toBe("");
    }
  });

  it("of files are shown all at once, with place and frame", async () => {
    const { code, err } = await command(["plan", "broken"]);
    expect(code).toBe(3);
    expect(err).toMatch(/broken\.yaml:2:1 error: .*"?stepz"?/);
    expect(err).toContain("2 | stepz: {}");
    const json = await command(["plan", "broken", "--json"]);
    const { error } = JSON.parse(json.out) as { error: { diagnostics: { line: number }[] } };
    expect(json.code).toBe(3);
    expect(error.diagnostics.length).toBeGreaterThan(0);
  });

  it("have colours on a terminal alone, and never with NO_COLOR or --no-color", async () => {
    expect((await command(["runn"], { terminal: true })).err).toMatch(COLOUR);
    expect((await command(["runn"])).err).not.toMatch(COLOUR);
    expect((await command(["runn"], { terminal: true, env: { NO_COLOR: "1" } })).err).not.toMatch(COLOUR);
    expect((await command(["runn", "--no-color"], { terminal: true })).err).not.toMatch(COLOUR);
    expect((await command(["runn"], { terminal: true, env: { NO_COLOR: "" } })).err).toMatch(COLOUR);
  });

  it("hide secrets", async () => {
    expect((await command(["sql", "x", "--hf_abcdefghijklmnop"])).err).not.toContain("hf_abcdefghijklmnop");
  });
});

describe("where there is nothing yet", () => {
  it.each([
    [["sql", "SELECT 1"], 2],
    [["lineage", "edge"], 2],
    [["verify"], 2],
    [["gc"], 2],
    [["logs"], 2],
    [["check"], 2],
  ])("%j says how to begin", async (argv, expected) => {
    const { code, err } = await command(argv);
    expect(code).toBe(expected);
    expect(err).toContain("there are no tables yet");
    expect(err).toContain("neurotables run PIPELINE");
    expect(existsSync(join(folder, "project", ".neurotables"))).toBe(false);
  });

  it("status is no error", async () => {
    const { code, err } = await command(["status"]);
    expect(code).toBe(0);
    expect(err).toContain("there are no tables yet");
    const json = await command(["status", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ generation: 0, tables: [] });
    expect(json.err).toBe("");
  });
});

describe("run", () => {
  it.each([
    [["run", "broken", "--executor", "slurm"], "usage/not-in-this-version"],
    [["run", "broken", "--device", "tpu"], "usage/option-value"],
    [["run", "broken", "--jobs", "0"], "usage/option-value"],
    [["run", "broken", "--jobs", "many"], "usage/option-value"],
    [["run", "broken", "--set", "nonsense"], "usage/set"],
    [["run", "broken", "--set", "a.b=[1"], "usage/set"],
    [["run", "broken", "--sources", "nowhere"], "usage/no-mirror"],
    [["run", "nowhere"], "usage/no-pipeline"],
  ])("%j is refused before anything is made", async (argv, tag) => {
    const { code, out } = await command([...argv, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out).error.tag).toBe(tag);
    expect(existsSync(join(folder, "project", ".neurotables"))).toBe(false);
  });

  it("takes the folders of raw files from the environment", async () => {
    const { code, err } = await command(["run", "broken"], { env: { NEUROTABLES_SOURCES: "/nowhere-at-all" } });
    expect(code).toBe(2);
    expect(err).toContain("correct NEUROTABLES_SOURCES");
  });
});

describe("init", () => {
  it("makes a project that plans, and overwrites nothing", async () => {
    const { code, out, err } = await command(["init", "new"], { cwd: folder });
    expect(code).toBe(0);
    expect(out).toContain("synthetic raw files");
    expect(err).toContain("cd new && neurotables run quickstart");
    const project = join(folder, "new");
    expect(readdirSync(project).sort()).toEqual([
      ".gitignore",
      "README.md",
      "datasets",
      "pipelines",
      "schemas",
      "sources",
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith(".new"))).toEqual([]);
    const plan = await command(["plan", "quickstart", "--json"], { cwd: join(project, "sources") });
    expect(plan.code).toBe(0);
    const { counts, missing } = JSON.parse(plan.out) as { counts: { run: number }; missing: unknown[] };
    expect(counts.run).toBeGreaterThan(5);
    expect(missing).toEqual([]);
    const again = await command(["init", "new"], { cwd: folder });
    expect(again.code).toBe(2);
    expect(again.err).toContain("overwrites nothing");
    expect(readFileSync(join(project, "README.md"), "utf8")).toContain("# new");
  });
});

describe("doctor", () => {
  it("tries what is needed and leaves nothing behind", async () => {
    const home = join(folder, "doctor", "home");
    const { code, out, err } = await command(["doctor", "--home", home, "--json"]);
    const { ok, probes } = JSON.parse(out) as {
      ok: boolean;
      probes: { name: string; status: string; detail: string }[];
    };
    expect(err).toBe("");
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(probes.map(({ name }) => name)).toEqual([
      "node",
      "duckdb",
      "hdf5",
      "machine",
      "disk",
      "home",
      "store",
      "sources",
      "device",
      "device",
      "device",
    ]);
    const [reference, cpu, gpu] = probes.filter(({ name }) => name === "device").map(({ detail }) => detail);
    expect(reference).toMatch(/^reference: float64 .*GFLOP\/s.*agrees with the definitions/);
    expect(cpu).toMatch(/^cpu: 1 thread .*float64 .*agrees.*float32 .*agrees/);
    expect(gpu).toMatch(/^gpu: ./);
    expect(readdirSync(folder).filter((name) => name.includes("doctor"))).toEqual([]);
  });

  it("fails when the home cannot be used", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const { code, out } = await command(["doctor", "--home", join(folder, "a-file", "home")]);
    expect(code).toBe(1);
    expect(out).toContain("fail  home");
  });
});
