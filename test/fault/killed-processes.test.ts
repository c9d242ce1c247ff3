import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import { compileStore, startChild } from "../support/compiled-store.js";
import { findings, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

/** Raise it before a release: 200. */
const ROUNDS = Number(process.env.NEUROTABLES_KILLS ?? 60);

/** Adopts, commits and collects garbage until it is killed. Tells when it has begun. */
const WRITER = `
import { writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
const [, home, round] = process.argv;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const store = await Store.open({ home });
process.stdout.write("begun\\n");
for (let i = 0; ; i++) {
  const journal = await store.journal.start({ round, i });
  const folder = await store.temporaryDirectory("killed");
  writeFileSync(folder + "/part", (round + " " + i + "\\n").repeat(1 + (i % 5) * 5000));
  const { path, ...part } = await store.adoptPart(folder + "/part", { rows: 1 });
  const output = {
    table: "d.t" + (i % 3), contractHash: "c", tableHash: sha256(round + i), rows: 1, bytes: part.bytes, parts: [part],
    partitions: [{ partition: "", rows: 1, hash: "h" }],
  };
  const key = sha256("key" + round + i);
  await store.commitStep({
    key, keyParts: { code: "c" }, pipeline: "p", step: "s", partition: String(i % 3), outputs: [output],
    counts: { read: 1, carried: 1, dropped: 0 }, seconds: 0, peakMemoryBytes: 0,
    finishedAt: new Date().toISOString(), run: journal.run,
  });
  journal.append({ kind: "unit-finished", text: "x".repeat(5000) });
  await store.commitGeneration(() => ({ [output.table]: { ...output, pipeline: "p", steps: ["s"], keys: [key], since: 0 } }), journal.run);
  journal.finish({ ok: true });
  if (i % 4 === 3) await store.gc({ plan: false, keepGenerations: 2 });
}
`;

let compiled: ReturnType<typeof compileStore>;
const { home, remove } = temporaryHome();
beforeAll(() => {
  compiled = compileStore();
});
afterAll(() => {
  compiled.remove();
  remove();
});

it(`needs no repair after ${ROUNDS} kills at random moments of adopting, committing and collecting garbage`, async () => {
  let newest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = startChild({ compiled: compiled.folder, script: WRITER, values: [home, String(round)] });
    await Promise.race([child.begun, child.outcome]);
    await sleep(Math.random() * 60);
    child.kill();
    const { signal, output } = await child.outcome;
    expect(output).toBe("begun\n");
    expect(signal).toBe("SIGKILL");

    const store = await Store.open({ home });
    const current = store.currentGeneration();
    expect(current.generation).toBeGreaterThanOrEqual(newest);
    for (const entry of Object.values(current.snapshots)) expect(store.hasParts(entry)).toBe(true);
    expect(await findings(store), `round ${round}`).toEqual([]);
    await promoteUnit(store, { content: `after round ${round}`, table: "d.after" });
    newest = store.currentGeneration().generation;
    expect(newest).toBe(current.generation + 1);
  }
  const store = await Store.open({ home });
  await store.gc({ plan: false });
  expect(await findings(store)).toEqual([]);
  expect(readdirSync(store.paths.locks)).toEqual([]);
  const runs = store.journal.runs();
  expect(runs.filter((run) => run.status === "running")).toEqual([]);
}, 600_000);
