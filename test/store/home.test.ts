import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sealJson } from "../../src/base/checksummed-lines.js";
import { type FileOperations, nodeFiles } from "../../src/base/file-operations.js";
import { HOME_FORMAT } from "../../src/store/home.js";
import { Store } from "../../src/store/store.js";
import { findings, promoteUnit, temporaryHome } from "../support/store-fixtures.js";

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

it("makes a home that git ignores, and finds it again", async () => {
  const store = await Store.open({ home: place.home });
  expect(readFileSync(join(place.home, ".gitignore"), "utf8")).toBe("*\n");
  expect(readdirSync(store.paths.temporary)).toEqual([]);
  await promoteUnit(store, { content: "a" });
  expect((await Store.open({ home: place.home })).currentGeneration().generation).toBe(1);
});

it("writes nothing when it opens an existing home", async () => {
  await promoteUnit(await Store.open({ home: place.home }), { content: "a" });
  const refuse = (name: string) => () => {
    throw new Error(`${name} was called`);
  };
  const files: FileOperations = { ...nodeFiles };
  for (const name of ["write", "rename", "link", "mkdir", "unlink", "remove", "chmod", "truncate"] as const) {
    Object.assign(files, { [name]: refuse(name) });
  }
  const store = await Store.open({ home: place.home, files });
  const entry = store.currentGeneration().snapshots["d.t"];
  expect(entry !== undefined && store.hasParts(entry)).toBe(true);
  expect(store.journal.runs()).toEqual([]);
  expect(store.catalogueRows().step).toHaveLength(1);
});

it.skipIf(process.getuid?.() === 0)("verifies a home that it may not write", async () => {
  const store = await Store.open({ home: place.home });
  await promoteUnit(store, { content: "a" });
  chmodSync(store.paths.locks, 0o555);
  expect(await findings(store)).toEqual([]);
  chmodSync(store.paths.locks, 0o755);
});

it("verifies a home on a read-only file system", async () => {
  await promoteUnit(await Store.open({ home: place.home }), { content: "a" });
  const files: FileOperations = {
    ...nodeFiles,
    open(path, flags) {
      if (flags === "r") return nodeFiles.open(path, flags);
      throw Object.assign(new Error("EROFS"), { code: "EROFS" });
    },
  };
  expect(await findings(await Store.open({ home: place.home, files }))).toEqual([]);
});

it("refuses a home made by a newer version", async () => {
  await Store.open({ home: place.home });
  writeFileSync(join(place.home, "neurotables.json"), sealJson({ format: HOME_FORMAT + 1 }));
  await expect(Store.open({ home: place.home })).rejects.toMatchObject({
    tag: "storage/newer-home",
    exitCode: 7,
    wayOut: expect.stringContaining("Update"),
  });
});

it("refuses a folder that holds other things, and leaves it alone", async () => {
  mkdirSync(place.home);
  writeFileSync(join(place.home, "thesis.tex"), "");
  await expect(Store.open({ home: place.home })).rejects.toMatchObject({ tag: "storage/not-a-home" });
  expect(readdirSync(place.home)).toEqual(["thesis.tex"]);
});

it("completes a home whose making was cut off", async () => {
  await Store.open({ home: place.home });
  rmSync(join(place.home, "neurotables.json"));
  rmSync(join(place.home, "runs"), { recursive: true });
  await promoteUnit(await Store.open({ home: place.home }), { content: "a" });
});

it("names the folder when the home cannot be made", async () => {
  writeFileSync(place.home, "a file");
  await expect(Store.open({ home: place.home })).rejects.toMatchObject({ tag: "storage/not-a-folder" });
  await expect(Store.open({ home: join(dirname(place.home), "home/below") })).rejects.toMatchObject({ exitCode: 7 });
});

it("takes a home that another process makes while it is looked at", async () => {
  const marker = join(place.home, "neurotables.json");
  let looks = 0;
  const files: FileOperations = {
    ...nodeFiles,
    readFile: (path) => {
      if (path === marker && looks++ === 0) {
        writeFileSync(marker, sealJson({ format: HOME_FORMAT }));
        throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      }
      return nodeFiles.readFile(path);
    },
  };
  await Store.open({ home: place.home });
  rmSync(marker);
  expect((await Store.open({ home: place.home, files })).currentGeneration().generation).toBe(0);
  expect(looks).toBe(2);
});
