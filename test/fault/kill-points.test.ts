import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import { compileStore, startChild } from "../support/compiled-store.js";
import { endurance, report } from "../support/endurance.js";
import { commitUnit, entryOf, findings, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

const MOST_OPERATIONS = 400;

/** A store in a process that kills itself before its n-th file operation from now on. */
const HEAD = `
import { pathToFileURL } from "node:url";
const [, home, n, files] = process.argv;
const { nodeFiles } = await import(pathToFileURL(files).href);
let countdown = Infinity;
const deadly = Object.fromEntries(Object.entries(nodeFiles).map(([name, operation]) => [name, (...values) => {
  countdown -= 1;
  if (countdown === 0) process.kill(process.pid, "SIGKILL");
  return operation(...values);
}]));
const store = await Store.open({ home, files: deadly });
`;

const OPERATIONS = {
  commitGeneration: `
    const record = store.readStep((await import("node:fs")).readFileSync(home + "/../key", "utf8"));
    const [output] = record.outputs;
    countdown = Number(n);
    await store.commitGeneration(() => ({ [output.table]: { ...output, pipeline: "p", steps: ["s"], keys: [record.key], since: 0 } }), "run");
  `,
  gc: `
    countdown = Number(n);
    await store.gc({ plan: false, keepGenerations: 1 });
  `,
};

let compiled: ReturnType<typeof compileStore>;
const { home: template, remove } = temporaryHome();
beforeAll(async () => {
  compiled = compileStore();
  const store = await Store.open({ home: template });
  for (const content of ["a", "b", "c"]) await promoteUnit(store, { content });
  await promoteUnit(store, { content: "other", table: "d.other", partition: "other" });
  const record = await commitUnit(store, { content: "new" });
  expect(entryOf(record).table).toBe("d.t");
  writeFileSync(join(template, "..", "key"), record.key);
}, 180_000);
afterAll(() => {
  compiled.remove();
  remove();
});

describe.skipIf(process.platform === "win32").each(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])(
  "%s, killed before one file operation after the other",
  (name) => {
    it("leaves a state that needs no repair, and is done by a second try", async () => {
      const files = join(compiled.folder, "base", "file-operations.js");
      // Every operation in a long run; a process has to be started for each.
      const stride = endurance.long ? 1 : 4;
      let kills = 0;
      for (let n = 1; ; n += stride) {
        expect(n, "the operation never got through").toBeLessThan(MOST_OPERATIONS);
        const home = join(template, "..", `home-${name}-${n}`);
        cpSync(template, home, { recursive: true });
        const child = startChild({
          compiled: compiled.folder,
          script: HEAD + OPERATIONS[name],
          values: [home, String(n), files],
        });
        const { signal, code, output } = await child.outcome;
        expect(output).toBe("");

        const store = await Store.open({ home });
        const { generation, snapshots } = store.currentGeneration();
        expect([4, 5]).toContain(generation);
        expect(Object.keys(snapshots)).toEqual(["d.other", "d.t"]);
        for (const entry of Object.values(snapshots)) expect(store.hasParts(entry)).toBe(true);
        expect(await findings(store), `killed before operation ${n}`).toEqual([]);

        if (name === "gc") {
          await store.gc({ plan: false, keepGenerations: 1 });
          expect(store.generationNumbers()).toEqual([4]);
        } else {
          await promoteUnit(store, { content: "new" });
          expect(store.currentGeneration().snapshots["d.t"]?.tableHash).toBe(
            (await promoteUnit(store, { content: "new" })).outputs[0]?.tableHash,
          );
        }
        expect(await findings(store)).toEqual([]);
        await store.temporaryDirectory("sweeps");
        expect(readdirSync(store.paths.locks)).toEqual([]);
        const own = `${process.pid}_`;
        expect(readdirSync(store.paths.temporary).filter((entry) => !entry.startsWith(own))).toEqual([]);
        if (signal === null) {
          expect(code).toBe(0);
          break;
        }
        expect(signal).toBe("SIGKILL");
        kills += 1;
      }
      expect(kills).toBeGreaterThan(5);
      report({ [`kills within ${name}`]: kills });
    }, 300_000);
  },
);
