import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { LanguageModelServer, type Misbehaviour } from "../support/language-model-server.js";
import { ExampleProject } from "./built-command.js";
import { codeBlocks } from "./code-blocks.js";
import { writeServedPapers } from "./served-papers.js";

// Each test starts several processes.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const KEY = "sesame-5e1f";
const [RUN = "", ...QUERIES] = lines("commands.sh");

let project: ExampleProject;
let server: LanguageModelServer;
beforeAll(async () => {
  project = new ExampleProject("membership-server");
  const model = await writeServedPapers(join(project.folder, "raw"));
  server = await LanguageModelServer.start({ model, name: "example/model-7b", key: KEY });
});
afterAll(async () => {
  await server.stop();
  project.remove();
});

function lines(name: string): string[] {
  const block = codeBlocks("membership.md").find(({ path }) => path === `examples/membership-server/${name}`);
  return block?.content.trim().split("\n") ?? [];
}

const shell = (line: string) => project.shellBeside(line, { MODEL_SERVER: server.url, MODEL_ACCESS: KEY });

async function summaryOf(line: string): Promise<RunSummary> {
  const { stdout } = await shell(`${line} --json`);
  return JSON.parse(stdout) as RunSummary;
}

const scored = ({ steps }: RunSummary) => steps.find(({ step }) => step === "score");

describe("a model behind a server", () => {
  it("is scored over HTTP, as its page shows", async () => {
    const run = await shell(RUN);
    expect([run.code, run.code === 0 ? "" : run.stderr]).toEqual([0, ""]);
    expect(server.prompts).toBeGreaterThan(80);
    expect(new Set(server.authorizations)).toEqual(new Set([`Bearer ${KEY}`]));
    const outputs = await Promise.all(QUERIES.map(shell));
    expect(outputs.map(({ code }) => code)).toEqual(QUERIES.map(() => 0));
    expect(outputs.map(({ stdout }) => stdout).join("\n")).toBe(
      readFileSync(join(project.folder, "result.txt"), "utf8"),
    );
  });

  it("is not asked again by a second run, or by another seed of the split", async () => {
    const before = server.posts;
    expect(scored(await summaryOf(RUN))).toMatchObject({ status: "cached" });
    const other = await summaryOf(`${RUN} --set steps.assign.with.experiments.papers.seed=2`);
    expect(other.steps.find(({ step }) => step === "classify")).toMatchObject({ status: "ran" });
    expect(scored(other)).toMatchObject({ status: "cached" });
    expect(server.posts).toBe(before);
  });

  it("leaves its key nowhere", () => {
    const files = readdirSync(join(project.folder, ".neurotables"), { recursive: true, withFileTypes: true });
    const written = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(written.length).toBeGreaterThan(50);
    for (const file of written) expect([file, readFileSync(file).includes(KEY)]).toEqual([file, false]);
  });

  it.each([
    ["ignores what it is asked for", { ignoresEcho: true }, "(a)"],
    ["puts a token before every prompt", { prepends: 1 }, "(a)"],
    ["does not look at the text", { constant: -1 }, "(c)"],
    ["counts ranks from 0", { rankBase: 0 }, "(f)"],
  ] satisfies [string, Misbehaviour, string][])("is refused when it %s", async (_what, misbehaviour, check) => {
    const honest = server.options;
    server.options = { ...honest, misbehaviour };
    try {
      const { steps } = await summaryOf(`${RUN} --set steps.score.with.context=64 --only score`);
      const { error } = steps.find(({ step }) => step === "score") as RunSummary["steps"][number];
      expect([error?.tag, error?.message]).toEqual(["network/self-test", expect.stringContaining(`fails at ${check}`)]);
      expect(error?.message).not.toContain(KEY);
    } finally {
      server.options = honest;
    }
  });
});
