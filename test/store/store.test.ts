import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { currentOwner, ownerName } from "../../src/base/owner.js";
import { Store } from "../../src/store/store.js";
import type { GenerationEntry } from "../../src/store/types.js";
import {
  adoptText,
  commitUnit,
  entryOf,
  filesBelow,
  findings,
  keyOf,
  promoteUnit,
  recordOf,
  temporaryHome,
} from "../support/store-fixtures.js";

let place: ReturnType<typeof temporaryHome>;
let store: Store;
beforeEach(async () => {
  place = temporaryHome();
  store = await Store.open({ home: place.home });
});
afterEach(() => place.remove());

const NOBODY = 2 ** 22 + 1;

describe("parts", () => {
  it("are addressed by content, read-only, and written once", async () => {
    const first = await adoptText(store, "hello");
    const [part] = first.parts;
    if (part === undefined) throw new Error("no part");
    expect(part.sha256).toBe(sha256("hello"));
    const path = store.partPath(part);
    expect(path).toBe(join(place.home, "parts", part.sha256.slice(0, 2), `${part.sha256}.parquet`));
    expect(readFileSync(path, "utf8")).toBe("hello");
    expect(statSync(path).mode & 0o777).toBe(0o444);
    const { ino } = statSync(path);
    await adoptText(store, "hello");
    expect(statSync(path).ino).toBe(ino);
    expect(filesBelow(store.paths.temporary)).toEqual([]);
  });

  it("replace one that was cut off", async () => {
    const snapshot = await adoptText(store, "hello");
    const path = store.partPath(snapshot.parts[0] as { sha256: string });
    chmodSync(path, 0o644);
    writeFileSync(path, "hel");
    expect(store.hasParts(snapshot)).toBe(false);
    await adoptText(store, "hello");
    expect(store.hasParts(snapshot)).toBe(true);
    expect(await findings(store)).toEqual([]);
  });

  it("may be adopted by many at once", async () => {
    const snapshots = await Promise.all(Array.from({ length: 10 }, () => adoptText(store, "same")));
    expect(new Set(snapshots.map((snapshot) => snapshot.parts[0]?.sha256)).size).toBe(1);
    expect(store.hasParts(snapshots[0] as (typeof snapshots)[0])).toBe(true);
  });

  it("must be Parquet when the rows are not told", async () => {
    const path = join(await store.temporaryDirectory("x"), "part");
    writeFileSync(path, "PAR1 but not really");
    await expect(store.adoptPart(path)).rejects.toMatchObject({ tag: "storage/not-parquet", fields: { file: path } });
    await expect(store.adoptPart(`${path}.absent`)).rejects.toMatchObject({ tag: "storage/missing" });
  });

  it("never get a path from something that is no hash", () => {
    expect(() => store.partPath({ sha256: "../../etc/passwd" })).toThrow(TypeError);
    expect(() => store.readStep("../x")).toThrow(TypeError);
  });
});

describe("step records", () => {
  it("come back as they were stored", async () => {
    const record = await commitUnit(store, { content: "a" });
    expect(store.readStep(record.key)).toEqual(record);
    expect((await Store.open({ home: place.home })).readStep(record.key)).toEqual(record);
    expect(store.readStep(keyOf("other"))).toBeUndefined();
  });

  it("are not usable when a part is missing, cut off, or the record is damaged", async () => {
    const record = await commitUnit(store, { content: "a" });
    const path = store.partPath(record.outputs[0]?.parts[0] as { sha256: string });
    chmodSync(path, 0o644);
    writeFileSync(path, "");
    expect(store.readStep(record.key)).toBeUndefined();
    rmSync(path);
    expect(store.readStep(record.key)).toBeUndefined();
    expect(store.readStepRecord(record.key)).toEqual(record);
    const file = filesBelow(store.paths.steps)[0] as string;
    writeFileSync(file, readFileSync(file, "utf8").replace('"rows":1', '"rows":2'));
    expect(store.readStepRecord(record.key)).toBeUndefined();
    await commitUnit(store, { content: "a" });
    expect(store.readStep(record.key)).toBeDefined();
  });

  it("cannot name a part that is not there", async () => {
    const snapshot = await adoptText(store, "a");
    rmSync(store.partPath(snapshot.parts[0] as { sha256: string }));
    await expect(store.commitStep(recordOf(snapshot, { content: "a" }))).rejects.toMatchObject({
      tag: "storage/part-missing",
      fields: { table: "d.t" },
    });
    expect(store.readStepRecord(keyOf("a"))).toBeUndefined();
  });

  it("remember the distinct keys of a unit, newest first", async () => {
    for (const content of ["a", "b", "b", "c", "a"]) await commitUnit(store, { content, run: `run ${content}` });
    await commitUnit(store, { content: "z", partition: "other" });
    expect(store.lastKeys("p", "s", "").map(({ key }) => key)).toEqual(["a", "c", "b"].map(keyOf));
    expect(store.lastKeys("p", "s", "other")).toMatchObject([{ key: keyOf("z") }]);
    expect(store.lastKeys("p", "s", "unknown")).toEqual([]);
    const unit = { pipeline: "p", step: "s", partition: "" };
    await store.rememberKey(unit, { key: keyOf("b"), run: "r", at: "now" });
    expect(store.lastKeys("p", "s", "")[0]).toEqual({ key: keyOf("b"), run: "r", at: "now" });
    for (let i = 0; i < 40; i++) await store.rememberKey(unit, { key: keyOf(String(i)), run: "r", at: "" });
    expect(store.lastKeys("p", "s", "")).toHaveLength(32);
  });
});

describe("generations", () => {
  it("begin with the empty one", () => {
    expect(store.currentGeneration()).toMatchObject({ generation: 0, snapshots: {} });
    expect(store.generationNumbers()).toEqual([]);
    expect(store.readGeneration(0)).toEqual(store.currentGeneration());
    expect(() => store.readGeneration(7)).toThrow(/no generation 7/);
  });

  it("keep `since` while the data stays the same", async () => {
    const a = entryOf(await commitUnit(store, { content: "a", table: "d.a" }));
    const b = entryOf(await commitUnit(store, { content: "b", table: "d.b" }));
    const b2 = entryOf(await commitUnit(store, { content: "b2", table: "d.b" }));
    await store.commitGeneration(() => ({ "d.b": b, "d.a": a }), "r1");
    const second = await store.commitGeneration(() => ({ "d.a": a, "d.b": b2 }), "r2");
    expect(second).toMatchObject({ generation: 2, parent: 1, run: "r2" });
    expect(Object.values(second.snapshots).map(({ table, since }) => [table, since])).toEqual([
      ["d.a", 1],
      ["d.b", 2],
    ]);
    const third = await store.commitGeneration(() => ({ "d.a": null }), "r3");
    expect(Object.keys(third.snapshots)).toEqual(["d.b"]);
    expect(store.readGeneration(2)).toEqual(second);
    expect((await Store.open({ home: place.home })).currentGeneration()).toEqual(third);
  });

  it("are not made when there is nothing to change", async () => {
    await promoteUnit(store, { content: "a" });
    expect((await store.commitGeneration(() => undefined, "r")).generation).toBe(1);
    expect(store.generationNumbers()).toEqual([1]);
  });

  it("cannot name a part that is not there", async () => {
    const entry = entryOf(await commitUnit(store, { content: "a" }));
    rmSync(store.partPath(entry.parts[0] as { sha256: string }));
    await expect(store.commitGeneration(() => ({ "d.t": entry }), "r")).rejects.toMatchObject({
      tag: "storage/part-missing",
    });
    expect(store.generationNumbers()).toEqual([]);
  });

  it("build on each other when many commit at once: the result of any order of updates", async () => {
    const entry = entryOf(await commitUnit(store, { content: "a" }));
    const stores = await Promise.all(Array.from({ length: 6 }, () => Store.open({ home: place.home })));
    await Promise.all(
      stores.map((one, i) => one.commitGeneration(() => ({ [`d.t${i}`]: { ...entry, table: `d.t${i}` } }), `r${i}`)),
    );
    expect(Object.keys(store.currentGeneration().snapshots)).toEqual(["d.t0", "d.t1", "d.t2", "d.t3", "d.t4", "d.t5"]);
    expect(store.currentGeneration().generation).toBe(6);
  });

  it("fall back to the one before a damaged one, which verify names, and go on above it", async () => {
    await promoteUnit(store, { content: "a" });
    await promoteUnit(store, { content: "b" });
    const path = join(store.paths.manifests, "00000002.json");
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    const reopened = await Store.open({ home: place.home });
    expect(reopened.currentGeneration().generation).toBe(1);
    expect(() => reopened.readGeneration(2)).toThrow(/damaged/);
    expect(await findings(reopened)).toMatchObject([
      { problem: "manifest-damaged", path: "manifests/00000002.json", generation: 2 },
    ]);
    await promoteUnit(reopened, { content: "c" });
    expect(reopened.currentGeneration()).toMatchObject({ generation: 3, parent: 1 });
  });

  it("hold the same tables as a map with the same updates", async () => {
    const entries = await Promise.all(
      ["a", "b", "c"].map(async (content) => entryOf(await commitUnit(store, { content }))),
    );
    const step = fc.dictionary(fc.constantFrom("d.x", "d.y", "d.z"), fc.option(fc.nat({ max: 2 }), { nil: null }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const own = temporaryHome();
        const target = await Store.open({ home: own.home });
        await Promise.all(["a", "b", "c"].map((content) => commitUnit(target, { content })));
        const model = new Map<string, string>();
        for (const changes of steps) {
          const update: Record<string, GenerationEntry | null> = {};
          for (const [table, choice] of Object.entries(changes)) {
            const entry = choice === null ? undefined : entries[choice];
            update[table] = entry === undefined ? null : { ...entry, table };
            if (entry === undefined) model.delete(table);
            else model.set(table, entry.tableHash);
          }
          await target.commitGeneration(() => update, "r");
        }
        const { generation, snapshots } = target.currentGeneration();
        expect(generation).toBe(steps.length);
        expect(Object.entries(snapshots).map(([table, entry]) => [table, entry.tableHash])).toEqual([...model].sort());
        own.remove();
      }),
      { numRuns: 15 },
    );
  });
});

describe("temporary directories", () => {
  it("are fresh, and those of the dead are swept by the next run", async () => {
    const dead = join(store.paths.temporary, `${ownerName({ ...currentOwner(), pid: NOBODY })}.left-1`);
    const foreign = join(store.paths.temporary, `${ownerName({ ...currentOwner(), host: "elsewhere" })}.theirs-1`);
    for (const folder of [dead, foreign]) {
      mkdirSync(folder);
      writeFileSync(join(folder, "file"), "");
    }
    const first = await store.temporaryDirectory("edges/cook 2019");
    const second = await store.temporaryDirectory("edges/cook 2019");
    expect(first).not.toBe(second);
    expect([first, second].every((path) => readdirSync(path).length === 0)).toBe(true);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(foreign)).toBe(true);
  });
});

describe("the catalogue", () => {
  it("has a row per table, run and step", async () => {
    const journal = await store.journal.start({ pipelines: ["p"] });
    await promoteUnit(store, { content: "a", run: journal.run });
    await commitUnit(store, { content: "b", run: journal.run });
    journal.finish({ exitCode: 0 });
    const rows = store.catalogueRows();
    expect(rows.snapshot).toMatchObject([{ table: "d.t", generation: 1, since_generation: 1, rows: 1, pipeline: "p" }]);
    expect(rows.run).toMatchObject([{ run: journal.run, status: "finished", result: '{"exitCode":0}' }]);
    expect(rows.step).toHaveLength(2);
    expect(rows.step[0]).toMatchObject({ pipeline: "p", step: "s", seconds: 0.5, peak_memory_bytes: 1000, dropped: 1 });
  });
});
