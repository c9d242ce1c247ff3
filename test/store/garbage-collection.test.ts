import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { currentOwner, ownerName } from "../../src/base/owner.js";
import { Store } from "../../src/store/store.js";
import { commitUnit, filesBelow, findings, keyOf, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

let place: ReturnType<typeof temporaryHome>;
let store: Store;
beforeEach(async () => {
  place = temporaryHome();
  store = await Store.open({ home: place.home });
});
afterEach(() => place.remove());

const OLD = "2001-01-01T00:00:00.000Z";
const has = (content: string) => store.readStep(keyOf(content)) !== undefined;

it("keeps the current generation and three earlier ones, with the steps and parts behind them", async () => {
  for (const content of ["a", "b", "c", "d", "e", "f"]) await promoteUnit(store, { content });
  await commitUnit(store, { content: "never promoted", finishedAt: OLD });
  const before = filesBelow(place.home);
  const plan = await store.gc({ plan: true });
  expect(filesBelow(place.home)).toEqual(before);
  expect(plan).toMatchObject({
    plan: true,
    generations: { kept: [3, 4, 5, 6], removed: [1, 2] },
    steps: { kept: 4, removed: 3 },
    parts: { kept: 4, removed: 3 },
    bytesKept: 4,
    bytesRemoved: 2 + "never promoted".length,
  });
  expect(await store.gc({ plan: false })).toEqual({ ...plan, plan: false });
  expect(store.generationNumbers()).toEqual([3, 4, 5, 6]);
  expect(["a", "b", "c", "d", "e", "f", "never promoted"].filter(has)).toEqual(["c", "d", "e", "f"]);
  expect(filesBelow(store.paths.parts)).toHaveLength(4);
  expect(store.lastKeys("p", "s", "").map(({ key }) => key)).toEqual(["f", "e", "d", "c"].map(keyOf));
  expect(await findings(store)).toEqual([]);
  expect(await store.gc({ plan: false })).toMatchObject({
    generations: { removed: [] },
    steps: { removed: 0 },
    parts: { removed: 0 },
  });
});

it("keeps what was published", async () => {
  for (const content of ["a", "b", "c"]) await promoteUnit(store, { content });
  await store.markPublished({ generation: 1, target: "hub:x/y", tables: ["d.t"] });
  await store.markPublished({ generation: 1, target: "hub:x/y", tables: ["d.t"] });
  expect(store.publishedMarks()).toMatchObject([{ generation: 1, target: "hub:x/y" }]);
  await store.gc({ plan: false, keepGenerations: 1 });
  expect(store.generationNumbers()).toEqual([1, 3]);
  expect(["a", "b", "c"].filter(has)).toEqual(["a", "c"]);
});

it("keeps what a failed run has done since the last commit", async () => {
  await promoteUnit(store, { content: "a", finishedAt: OLD });
  await new Promise((resolve) => setTimeout(resolve, 3));
  await commitUnit(store, { content: "for the next run" });
  await store.gc({ plan: false, keepGenerations: 1 });
  expect(has("for the next run")).toBe(true);
});

it("keeps a part that an old and a kept step share", async () => {
  await promoteUnit(store, { content: "a", table: "d.old" });
  await store.commitGeneration(() => ({ "d.old": null }), "r");
  await promoteUnit(store, { content: "b", table: "d.t" });
  await promoteUnit(store, { content: "a", table: "d.t" });
  await store.gc({ plan: false, keepGenerations: 1 });
  expect(await findings(store)).toEqual([]);
  expect(filesBelow(store.paths.parts)).toHaveLength(1);
});

it("is refused while a run or a query holds the home, and names it", async () => {
  const journal = await store.journal.start({});
  await expect(store.gc({ plan: false })).rejects.toMatchObject({
    tag: "locked/held",
    exitCode: 6,
    message: expect.stringContaining(`run ${journal.run}`),
  });
  await store.gc({ plan: true });
  journal.finish({});
  const hold = await store.hold("a long query");
  await expect(store.gc({ plan: false })).rejects.toMatchObject({ message: expect.stringContaining("a long query") });
  hold.release();
  await store.gc({ plan: false });
});

it("makes runs wait until it is done", async () => {
  const lock = store.tryLock("gc");
  let started = false;
  const starting = store.journal.start({}).then((journal) => {
    started = true;
    return journal;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(started).toBe(false);
  lock?.release();
  (await starting).finish({});
});

it("sweeps what dead processes left, and strays among the parts", async () => {
  await promoteUnit(store, { content: "a" });
  const dead = join(store.paths.temporary, `${ownerName({ ...currentOwner(), started: "1" })}.x-1`);
  mkdirSync(dead);
  writeFileSync(join(dead, "part"), "x");
  writeFileSync(join(filesBelow(store.paths.parts)[0] as string, "../stray"), "x");
  expect(await store.gc({ plan: true })).toMatchObject({ temporary: { removed: 1 }, parts: { removed: 1 } });
  await store.gc({ plan: false });
  expect(readdirSync(store.paths.temporary)).not.toContain(dead);
  expect(await findings(store)).toEqual([]);
});

it("removes nothing while the newest generation is damaged", async () => {
  await promoteUnit(store, { content: "a" });
  await promoteUnit(store, { content: "b" });
  const path = join(store.paths.manifests, "00000002.json");
  writeFileSync(path, readFileSync(path).subarray(1));
  const reopened = await Store.open({ home: place.home });
  const before = filesBelow(place.home);
  await expect(reopened.gc({ plan: false })).rejects.toMatchObject({ tag: "storage/manifest-damaged", exitCode: 7 });
  expect(filesBelow(place.home)).toEqual(before);
  await promoteUnit(reopened, { content: "c" });
  await reopened.gc({ plan: false });
  expect(reopened.generationNumbers()).toEqual([1, 3]);
});
