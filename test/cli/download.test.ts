import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { runCommandLine } from "../../src/cli/command-line.js";
import { Output } from "../../src/cli/output.js";
import { progressView } from "../../src/cli/progress.js";
import type { Plan, RunEvent, RunSummary } from "../../src/engine/types.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { builtPackage } from "./support/built-package.js";
import { fakeTerminal } from "./support/fake-terminal.js";

const project = temporaryDirectory();

beforeAll(() => {
  builtPackage();
  mkdirSync(join(project, "pipelines"));
  mkdirSync(join(project, "datasets", "celegans_connectome"), { recursive: true });
  writeFileSync(
    join(project, "pipelines", "own.yaml"),
    `pipeline: own
dataset: celegans_connectome
sources:
  aliases: { files: own/aliases.csv }
steps:
  aliases: { load: connectome/aliases, source: aliases, into: alias_record }
`,
  );
  // An address that is refused before anything is sent: no test needs a network.
  writeFileSync(
    join(project, "datasets", "celegans_connectome", "sources.yaml"),
    `- path: own/aliases.csv\n  bytes: 1536\n  sha256: ${sha256("x")}\n  url: https://127.0.0.1/aliases.csv?token=abc\n`,
  );
});

async function command(...argv: string[]) {
  const terminal = fakeTerminal({ cwd: project });
  const code = await runCommandLine(argv, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

describe("--download", () => {
  it("of plan lists what would be fetched, from where; without it the plan names the option", async () => {
    const { code, out } = await command("plan", "own", "--download");
    expect(code).toBe(0);
    expect(out).toContain("would download 1 file, 1.54 kB:\n  own/aliases.csv  1.54 kB, 127.0.0.1\n");
    const plain = await command("plan", "own");
    expect(plain.out).toContain("missing: aliases (own/aliases.csv); --download fetches it\n");
    const json = JSON.parse((await command("plan", "own", "--download", "--json")).out) as Plan;
    expect(json.downloads).toMatchObject([{ path: "own/aliases.csv", bytes: 1536 }]);
    expect(json.counts.run).toBe(1);
  });

  it("of run ends with exit code 5 when a file cannot be had, and says why on stdout and stderr", async () => {
    const { code, out, err } = await command("run", "own", "--download");
    expect(code).toBe(5);
    expect(err).toContain("  fetching   own/aliases.csv from 127.0.0.1, 1.54 kB\n✗ failed   own/aliases.csv");
    expect(out).toContain("[network/private-address]");
    expect(out).toContain("again: neurotables run own --download --only aliases\n");
    expect(out + err).not.toContain("token=abc");
    const json = await command("run", "own", "--download", "--json");
    const summary = JSON.parse(json.out) as RunSummary;
    expect(summary).toMatchObject({ ok: false, exitCode: 5, downloads: [], missing: 0 });
    expect((await command("logs", "last")).out).toContain("download-failed");
    expect((await command("logs", "last")).out).not.toContain("token=abc");
  });

  it("leaves a home that is one", async () => {
    const home = join(project, ".neurotables");
    mkdirSync(join(home, "downloads", "own"), { recursive: true });
    writeFileSync(join(home, "downloads", "own", "aliases.csv"), "x");
    const { code, out } = await command("gc");
    expect(code).toBe(0);
    expect(out).toContain("removed");
    expect(readdirSync(join(home, "downloads", "own"))).toEqual(["aliases.csv"]);
    rmSync(join(home, "downloads"), { recursive: true });
  });
});

describe("progress of downloads", () => {
  const EVENTS: readonly RunEvent[] = [
    { kind: "download-started", path: "a/b.csv", from: "host.test", bytes: 2000 },
    { kind: "download-progress", path: "a/b.csv", done: 500, total: 2000 },
    { kind: "download-finished", path: "a/b.csv", bytes: 2000, seconds: 2 },
  ];

  it("is a line at the start and one at the end", () => {
    const terminal = fakeTerminal();
    const view = progressView(new Output(terminal));
    for (const event of EVENTS) view.event(event);
    expect(terminal.err()).toBe("  fetching   a/b.csv from host.test, 2.00 kB\n✓ fetched  a/b.csv  2.00 kB, 2.00 s\n");
  });

  it("is a bar on a terminal, gone when the file is there", () => {
    const terminal = fakeTerminal({ terminal: true, columns: 100, env: { NO_COLOR: "1" } });
    let now = 0;
    const view = progressView(new Output(terminal), () => now);
    for (const event of EVENTS.slice(0, 2)) view.event(event);
    now = 1000;
    view.event({ kind: "warning", message: "look" });
    expect(terminal.err()).toContain("500/2,000 bytes");
    const before = terminal.err().length;
    view.event(EVENTS[2] as RunEvent);
    expect(terminal.err().slice(before)).toContain("✓ fetched  a/b.csv");
    expect(terminal.err().slice(before)).not.toContain("500/2,000");
    view.stop();
  });
});
