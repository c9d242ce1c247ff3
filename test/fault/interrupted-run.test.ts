import { beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import { build } from "../executors/built.js";
import { command, startCommand, summaryOf } from "../support/cli.js";
import { noProcessTable, survivingWorkers, workersOf } from "../support/kill.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { UnrulyProject } from "../support/unruly-project.js";

const project = new UnrulyProject(temporaryDirectory());
beforeAll(build);

const texts = (slow: string) => ({ quick: { files: { a: "one" } }, slow: { files: { b: slow, c: "three" } } });

async function journalOf(run: string) {
  return (await Store.open({ home: project.home })).journal.read(run);
}

describe.skipIf(process.platform === "win32")("Ctrl-C", () => {
  it("once lets running units finish, starts no further one, and the next run goes on from there", async () => {
    const pipeline = project.pipeline("drained", texts("!sleep 2000"));
    const run = startCommand([...project.run(pipeline), "--jobs", "1"]);
    await project.begun("drained", "slow", "b");
    run.pressControlC();
    await run.said("stopping: running units finish");
    const outcome = await run.outcome;
    const summary = summaryOf(outcome);
    expect(outcome).toMatchObject({ code: 130, signal: null });
    expect(summary).toMatchObject({ ok: false, exitCode: 130, generation: null });
    expect(summary.steps.map(({ step, partitions }) => [step, partitions])).toEqual([
      ["quick", { ran: 1, cached: 0, failed: 0, skipped: 0 }],
      ["slow", { ran: 1, cached: 0, failed: 0, skipped: 1 }],
      ["count", { ran: 0, cached: 0, failed: 0, skipped: 1 }],
    ]);
    expect(await journalOf(summary.run)).toMatchObject({ status: "finished", result: { ok: false, exitCode: 130 } });

    const next = await command(project.run(pipeline));
    expect(next.code, next.stderr).toBe(0);
    expect(summaryOf(next).steps.map(({ step, partitions }) => [step, partitions.cached, partitions.ran])).toEqual([
      ["quick", 1, 0],
      ["slow", 1, 1],
      ["count", 0, 1],
    ]);
    for (const [step, file] of [
      ["quick", "a"],
      ["slow", "b"],
      ["slow", "c"],
    ] as const) {
      expect(project.timesBegun("drained", step, file)).toBe(1);
    }
  }, 120_000);

  it.skipIf(noProcessTable !== undefined)(
    "twice ends the units at once, however busy, and the next run does them",
    async () => {
      const pipeline = project.pipeline("ended", texts("!hang"));
      const run = startCommand([...project.run(pipeline), "--jobs", "1"]);
      await project.begun("ended", "slow", "b");
      expect(workersOf(run.pid)).toHaveLength(1);
      run.pressControlC();
      await run.said("stopping: running units finish");
      run.pressControlC();
      const outcome = await run.outcome;
      const summary = summaryOf(outcome);
      expect(outcome).toMatchObject({ code: 130, signal: null });
      expect(summary.steps.map(({ status }) => status)).toEqual(["ran", "skipped", "skipped"]);
      expect(summary.steps[1]).toMatchObject({ reason: "interrupted" });
      expect(await survivingWorkers(run.pid)).toEqual([]);
      expect(await journalOf(summary.run)).toMatchObject({ status: "finished", result: { ok: false, exitCode: 130 } });

      project.pipeline("ended", texts("two"));
      const next = await command(project.run(pipeline));
      expect(next.code, next.stderr).toBe(0);
      expect(summaryOf(next).steps.map(({ partitions }) => partitions.ran)).toEqual([0, 2, 1]);
    },
    120_000,
  );
});
