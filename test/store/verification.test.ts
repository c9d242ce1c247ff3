import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import type { Finding, Snapshot } from "../../src/store/types.js";
import { commitUnit, findings, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

let place: ReturnType<typeof temporaryHome>;
let store: Store;
beforeEach(async () => {
  place = temporaryHome();
  store = await Store.open({ home: place.home });
});
afterEach(() => place.remove());

const partPath = (record: { readonly outputs: readonly Snapshot[] }) =>
  store.partPath(record.outputs[0]?.parts[0] as { sha256: string });

it("names table, generation and file of a missing, a cut-off and a damaged part", async () => {
  const missing = await promoteUnit(store, { content: "one", table: "d.a" });
  const cut = await promoteUnit(store, { content: "two", table: "d.b" });
  const damaged = await promoteUnit(store, { content: "three", table: "d.c" });
  rmSync(partPath(missing));
  for (const [record, text] of [
    [cut, "tw"],
    [damaged, "thrEe"],
  ] as const) {
    chmodSync(partPath(record), 0o644);
    writeFileSync(partPath(record), text);
  }
  const found = await findings(store);
  expect(found.map(({ problem, table, generation }) => [problem, table, generation]).sort()).toEqual([
    ["part-damaged", "d.c", 3],
    ["part-length", "d.b", 3],
    ["part-missing", "d.a", 3],
  ]);
  for (const finding of found) {
    expect(finding.path).toMatch(/^parts\/[0-9a-f]{2}\//);
    expect(finding.wayOut).toContain("run the pipeline again");
  }
});

it("looks at one table when it is asked to", async () => {
  rmSync(partPath(await promoteUnit(store, { content: "one", table: "d.a" })));
  rmSync(partPath(await promoteUnit(store, { content: "two", table: "d.b" })));
  const found: Finding[] = [];
  for await (const finding of store.verify({ table: "d.b" })) found.push(finding);
  expect(found).toMatchObject([{ problem: "part-missing", table: "d.b" }]);
});

it("finds damage in parts that only a step record needs, or nothing", async () => {
  const record = await commitUnit(store, { content: "one" });
  chmodSync(partPath(record), 0o644);
  writeFileSync(partPath(record), "oNe");
  expect(await findings(store)).toMatchObject([{ problem: "part-damaged", table: "d.t", generation: null }]);
  rmSync(store.paths.steps, { recursive: true });
  expect(await findings(store)).toMatchObject([{ problem: "part-damaged", table: null }]);
});

it("finds files among the parts whose names are no hashes", async () => {
  mkdirSync(join(store.paths.parts, "zz"));
  writeFileSync(join(store.paths.parts, "zz", "notes.txt"), "");
  expect(await findings(store)).toMatchObject([{ problem: "part-misplaced", path: "parts/zz/notes.txt" }]);
});

it("recomputes the table hash of every distinct state once", async () => {
  await promoteUnit(store, { content: "one", table: "d.a" });
  await promoteUnit(store, { content: "two", table: "d.b" });
  await promoteUnit(store, { content: "three", table: "d.b" });
  const asked: string[] = [];
  const found: Finding[] = [];
  const recompute = async (snapshot: Snapshot, paths: readonly string[]) => {
    expect(paths).toHaveLength(1);
    asked.push(snapshot.table);
    if (asked.length === 1) return "another";
    if (asked.length === 2) throw new Error("no such column");
    return snapshot.tableHash;
  };
  for await (const finding of store.verify({}, recompute)) found.push(finding);
  expect(asked).toEqual(["d.a", "d.b", "d.b"]);
  expect(found).toMatchObject([
    { problem: "table-hash", table: "d.a", generation: 3, found: "another" },
    { problem: "table-hash", table: "d.b", generation: 3, found: "no such column" },
  ]);
});

it("lets go of the home when it is left early", async () => {
  rmSync(partPath(await promoteUnit(store, { content: "one" })));
  for await (const _finding of store.verify()) break;
  await store.gc({ plan: false });
});
