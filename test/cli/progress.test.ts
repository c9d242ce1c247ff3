import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Output } from "../../src/cli/output.js";
import { progressView } from "../../src/cli/progress.js";
import { runReport } from "../../src/cli/run-report.js";
import { TwoStageStop } from "../../src/cli/two-stage-stop.js";
import type { Executor, Job } from "../../src/engine/executor.js";
import type { RunEvent, RunSummary, StepSummary } from "../../src/engine/types.js";
import { fakeTerminal } from "./support/fake-terminal.js";

/** The codes that move the cursor and clear. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const CURSOR = /\u001b\[\d+[AJ]/g;

const unit = { pipeline: "p", step: "edge", partition: "" };
const EVENTS: readonly RunEvent[] = [
  { kind: "run-started", run: "r1", pipelines: ["p"], units: 3 },
  { kind: "unit-finished", ...unit, step: "old", status: "cached", rows: 5, seconds: 0, reason: "up to date" },
  { kind: "unit-started", ...unit },
  { kind: "unit-progress", ...unit, done: 50, total: 200, unit: "rows", memoryBytes: 120e6 },
  { kind: "unit-log", step: "edge", partition: "", level: "warn", message: "odd \u001b[2J line" },
  { kind: "unit-finished", ...unit, status: "ran", rows: 1200, seconds: 2.5, reason: "never ran" },
  {
    kind: "unit-finished",
    ...unit,
    step: "gap",
    status: "skipped",
    rows: 0,
    seconds: 0,
    reason: "source x is missing (optional)",
  },
  { kind: "promoted", generation: 4, tables: ["a.b"] },
];

describe("progress", () => {
  it("is one line per change of state elsewhere than on a terminal", () => {
    const terminal = fakeTerminal();
    const view = progressView(new Output(terminal));
    for (const event of EVENTS) view.event(event);
    view.stop();
    expect(terminal.out()).toBe("");
    expect(terminal.err()).toBe(
      "run r1: p, 3 units of work\n  started    edge\n! warning  edge  odd \\u001b[2J line\n" +
        "✓ ran      edge  1,200 rows, 2.50 s\n- skipped  gap  source x is missing (optional)\n✓ current  1 table, generation 4\n",
    );
  });

  it("is silent with --quiet, and with --json where stderr is no terminal", () => {
    for (const options of [{ quiet: true }, { json: true }]) {
      const terminal = fakeTerminal();
      const view = progressView(new Output(terminal, options));
      for (const event of EVENTS) view.event(event);
      view.stop();
      expect(terminal.err()).toBe("");
    }
  });

  it("draws one line per active unit on a terminal, within its width, and wipes them at the end", () => {
    const terminal = fakeTerminal({ terminal: true, columns: 70, env: { NO_COLOR: "1" } });
    let now = 0;
    const view = progressView(new Output(terminal), () => now);
    for (const event of EVENTS.slice(0, 4)) view.event(event);
    now = 2000;
    view.event({ kind: "warning", message: "look" });
    const text = terminal.err();
    expect(text).toContain("! warning  look\n");
    expect(text).toMatch(/⠙ edge {28} {2}████░{12} 50\/200 rows/);
    expect(text).toContain("1 of 3 units, 1 cached, 2.00 s\n");
    const lines = text.replace(CURSOR, "").split("\n");
    expect(lines.every((line) => line.length < 70)).toBe(true);
    view.stop();
    expect(terminal.err().endsWith("\u001b[2A\u001b[0J")).toBe(true);
    view.event({ kind: "warning", message: "late" });
    expect(terminal.err()).not.toContain("late");
  });

  it("has no line of units where there are none, as in a fetch", () => {
    const terminal = fakeTerminal({ terminal: true, columns: 70, env: { NO_COLOR: "1" } });
    const view = progressView(new Output(terminal), () => 0);
    view.event({ kind: "warning", message: "look" });
    expect(terminal.err()).toBe("! warning  look\n");
    view.event({ kind: "download-started", path: "a.zarr", from: "host", bytes: 10 });
    view.event({ kind: "download-progress", path: "a.zarr", done: 5, total: 10 });
    view.event({ kind: "warning", message: "again" });
    const text = terminal.err();
    expect(text).toContain("████████░░░░░░░░ 5/10 bytes");
    expect(text).not.toContain("unit");
    view.stop();
    expect(terminal.err().endsWith("\u001b[1A\u001b[0J")).toBe(true);
  });
});

describe("Ctrl-C", () => {
  it("first drains, then ends", async () => {
    const terminal = fakeTerminal();
    const stop = new TwoStageStop(new Output(terminal));
    const signals: AbortSignal[] = [];
    const executor: Executor = {
      run: async (_job, _events, signal) => {
        signals.push(signal);
        throw new Error("not needed");
      },
      close: async () => {},
    };
    await stop
      .guard(executor)
      .run({} as Job, { progress() {}, log() {} }, stop.drain.signal)
      .catch(() => {});
    terminal.interrupt();
    expect([stop.drain.signal.aborted, signals[0]?.aborted]).toEqual([true, false]);
    expect(terminal.err()).toContain("Ctrl-C again ends them");
    terminal.interrupt();
    expect(signals[0]?.aborted).toBe(true);
    stop.dispose();
  });
});

function step(name: string, more: Partial<StepSummary>): StepSummary {
  return {
    pipeline: "p",
    step: name,
    kind: "load",
    status: "ran",
    rows: 10,
    bytes: 100,
    seconds: 1.234,
    tableHash: "a".repeat(64),
    tables: [{ table: `d.${name}`, rows: 10, bytes: 100, tableHash: "a".repeat(64) }],
    partitions: { ran: 1, cached: 0, failed: 0, skipped: 0 },
    missing: 0,
    dropped: 0,
    peakMemoryBytes: 0,
    reason: "never ran",
    ...more,
  };
}

function summary(more: Partial<RunSummary>): RunSummary {
  return {
    run: "r1",
    ok: true,
    exitCode: 0,
    generation: 1,
    seconds: 3.21,
    steps: [],
    checks: [],
    missing: 0,
    missingSources: [],
    dropped: 0,
    files: [],
    warnings: [],
    ...more,
  };
}

describe("the report of a run", () => {
  const report = (given: RunSummary, home = "/home-folder") =>
    runReport({
      summary: given,
      home,
      command: "neurotables run p",
      output: new Output(fakeTerminal()),
    });

  it("says what was done, what is missing, and where to go next", () => {
    const text = report(
      summary({
        steps: [step("edge_record", { dropped: 3 }), step("edge", { kind: "transform", status: "cached" })],
        missingSources: [{ pipeline: "p", source: "x", pattern: "x/*.csv", optional: true }],
        checks: [{ pipeline: "p", check: "c", status: "ok", reason: "", rows: [], rowsAtFault: 0 }],
        files: [
          { path: "a", mirror: "/one", sha256: "", pinned: "none" },
          { path: "b", mirror: "/two", sha256: "", pinned: "none" },
        ],
      }),
    );
    expect(text).toBe(
      "step         status  rows  seconds  dropped  why\nedge_record  ran       10     1.23        3  never ran\nedge         cached    10\n" +
        "\nmissing: x (x/*.csv), optional\n\n1 file from /one\n1 file from /two\n\n" +
        'ok: 1 ran, 1 cached in 3.21 s; 1 check held\nnext: neurotables sql "SELECT * FROM d.edge LIMIT 10"\n',
    );
  });

  it("shows failures with the way out, the command, and what was skipped because of them", () => {
    const text = report(
      summary({
        ok: false,
        exitCode: 1,
        generation: null,
        steps: [
          step("edge_record", {
            status: "failed",
            tables: [],
            partitions: { ran: 0, cached: 0, failed: 1, skipped: 0 },
            error: {
              tag: "format/truncated",
              message: "a.csv ends\u001b[2J early",
              exitCode: 1,
              fields: {},
              wayOut: "Get it again.",
            },
          }),
          step("edge", { status: "skipped", tables: [], reason: "waits for edge_record" }),
        ],
        checks: [
          {
            pipeline: "p",
            check: "no twins",
            status: "failed",
            reason: "2 rows at fault",
            rows: [{ a: 1, b: null }],
            rowsAtFault: 2,
          },
        ],
      }),
    );
    expect(text).toContain("FAILED edge_record: a.csv ends\\u001b[2J early [format/truncated]\n  → Get it again.\n");
    expect(text).toContain("  again: neurotables run p --only edge_record\n  skipped because of it: edge\n");
    expect(text).toContain("CHECK FAILED no twins: 2 rows at fault\n  a  b\n  1  NULL\n  … 2 rows at fault in all\n");
    expect(text).toContain(
      "not ok: 1 skipped, 1 failed in 3.21 s; 0 checks held\nwhat was current before stays current\n",
    );
  });

  it("of many partitions that failed names some, with their lines of the log, and says that the rest is current", () => {
    const home = mkdtempSync(join(tmpdir(), "neurotables-report-"));
    const error = (name: string) =>
      ({ tag: "format/truncated", message: `${name} ends early`, exitCode: 1, fields: {} }) as const;
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const entry = (name: string, text: string) => `2026-01-01T00:00:00.000Z error [${name}] ${text}\n`;
    writeFileSync(
      join(home, "edge_record.log"),
      `${names.map((name) => entry(name, `format/truncated: ${name} ends\n      bytes: 1`)).join("")}${entry("fine", "x").repeat(99)}`,
    );
    const failed = step("edge_record", {
      status: "failed",
      partitions: { ran: 2, cached: 1, failed: 7, skipped: 0 },
      error: error("a"),
      failures: names.map((partition, index) => ({ partition, error: error(partition), keepsLastResult: index === 1 })),
      log: "edge_record.log",
    });
    try {
      const text = report(
        summary({ ok: false, exitCode: 1, generation: 8, steps: [failed, step("edge", { kind: "transform" })] }),
        home,
      );
      expect(text).toContain("edge_record  failed    10     1.23           7 of 10 partitions failed: a ends early");
      expect(text).toContain(
        "FAILED edge_record [a]: a ends early [format/truncated]\n" +
          "FAILED edge_record [b]: b ends early [format/truncated]\n  its rows of the last good run stay\n",
      );
      expect(text).toContain("  … 2 more failures of edge_record (--json lists them all)\n");
      const log = text.split("\n").filter((line) => line.startsWith("  | "));
      expect(log).toHaveLength(10);
      expect(log[1]).toBe("  |       bytes: 1");
      expect(log.every((line) => !line.includes("[fine]") && !line.includes("[f]"))).toBe(true);
      expect(text).toContain("  again: neurotables run p --only edge_record\n");
      expect(text).toContain("what failed is left out or stays as it was; the rest is current (generation 8)\n");
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("tells recordings of a file that could not be loaded, though the file was", () => {
    const failures = [
      {
        partition: "lin.mat",
        recording: "worm 2",
        error: { tag: "load/missing-field", message: "no field f", exitCode: 1, fields: {}, wayOut: "Add it." },
        keepsLastResult: false,
      },
    ] as const;
    const text = report(
      summary({ ok: false, exitCode: 1, steps: [step("edge_record", { status: "cached", failures })] }),
    );
    expect(text).toMatch(/^edge_record {2}cached +10 +1 recording failed: no field f$/m);
    expect(text).toContain("FAILED edge_record [lin.mat, worm 2]: no field f [load/missing-field]\n  → Add it.\n");
    // Running it again would find it cached.
    expect(text).not.toContain("again:");
  });

  it("says how to go on after an interruption", () => {
    expect(report(summary({ ok: false, exitCode: 130 }))).toContain("interrupted; to go on: neurotables run p\n");
  });
});
