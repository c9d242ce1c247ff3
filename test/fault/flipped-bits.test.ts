import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { Store } from "../../src/store/store.js";
import { commitUnit, filesBelow, findings, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

/** Raise it before a release: 500. */
const FLIPS = Number(process.env.NEUROTABLES_FLIPS ?? 120);
const { home, remove } = temporaryHome();
let files: string[];

beforeAll(async () => {
  const store = await Store.open({ home });
  for (let i = 0; i < 6; i++) {
    const journal = await store.journal.start({ pipelines: ["p"] });
    for (const table of ["d.a", "d.b"])
      await promoteUnit(store, { content: `${table} ${i}`.repeat(40), table, partition: table });
    await commitUnit(store, { content: `not promoted ${i}`, partition: `x${i}` });
    journal.append({ kind: "note", text: "é ∞" });
    journal.finish({ ok: true });
  }
  await store.markPublished({ generation: 3, target: "somewhere", tables: ["d.a"] });
  const cache = store.openStatCache();
  await cache.hashFile(import.meta.filename);
  await cache.save();
  files = filesBelow(home).filter((path) => !path.startsWith(join(home, "tmp")) && !path.endsWith(".gitignore"));
});
afterAll(remove);

/** Numbers that repeat from run to run. */
function* numbers(): Generator<number, never> {
  for (let i = 0; ; i++) yield Number.parseInt(sha256(`flip ${i}`).slice(0, 12), 16);
}

it(`finds every one of ${FLIPS} flipped bits, and names the file`, async () => {
  const store = await Store.open({ home });
  expect(await findings(store)).toEqual([]);
  const folders = new Set<string>();
  const random = numbers();
  for (let i = 0; i < FLIPS; i++) {
    const path = files[i < files.length ? i : random.next().value % files.length] as string;
    const bytes = readFileSync(path);
    const bit = random.next().value % (bytes.length * 8);
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    chmodSync(path, 0o644);
    writeFileSync(path, flipped);
    const found = await findings(store);
    expect(
      found.map((finding) => join(home, finding.path)),
      `bit ${bit} of ${path}`,
    ).toContain(path);
    writeFileSync(path, bytes);
    folders.add(relative(home, path).split("/")[0] as string);
  }
  expect([...folders].sort()).toEqual(
    ["manifests", "neurotables.json", "parts", "published", "runs", "stat-cache.json", "steps", "steps-history"].sort(),
  );
  expect(await findings(store)).toEqual([]);
}, 120_000);

it("finds a flip of the newline that ends a journal, which is no cut-off line", async () => {
  const store = await Store.open({ home });
  const path = store.journal.ids().map((run) => join(store.paths.runs, `${run}.jsonl`))[0] as string;
  const bytes = readFileSync(path);
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 1] = 0x0b;
  writeFileSync(path, flipped);
  expect((await findings(store)).map((finding) => finding.problem)).toEqual(["journal-damaged"]);
  writeFileSync(path, bytes.subarray(0, bytes.length - 30));
  expect(await findings(store)).toEqual([]);
  writeFileSync(path, bytes);
});

it("refuses to open a home whose marker is damaged", async () => {
  const path = join(home, "neurotables.json");
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.toString().replace('"format":1', '"format":0'));
  await expect(Store.open({ home })).rejects.toMatchObject({ tag: "storage/home-damaged", exitCode: 7 });
  writeFileSync(path, bytes);
});
