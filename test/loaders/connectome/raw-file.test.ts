import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { cellNumber, cellText } from "../../../src/loaders/connectome/cell-number.js";
import { readRawFile } from "../../../src/loaders/connectome/raw-file.js";
import { describeSource } from "./load-in-memory.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-raw-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("raw files", () => {
  it("are refused before they are read when they pass the limit", async () => {
    const path = join(folder, "a.csv");
    writeFileSync(path, "12345");
    const file = describeSource("celegans/a.csv", path);
    await expect(readRawFile(file, { ...DEFAULT_LIMITS, bytes: 4 })).rejects.toMatchObject({
      tag: "format/too-large",
      fields: { file: "celegans/a.csv", bytes: 5, limit: 4 },
    });
    expect(Buffer.from(await readRawFile(file, DEFAULT_LIMITS)).toString()).toBe("12345");
  });

  it("that cannot be read are an error without this machine's path", async () => {
    const path = join(folder, "b.csv");
    writeFileSync(path, "1");
    const file = describeSource("celegans/b.csv", path);
    rmSync(path);
    const error = await readRawFile(file, DEFAULT_LIMITS).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ tag: "load/unreadable", fields: { file: "celegans/b.csv", code: "ENOENT" } });
    expect((error as Error).message).not.toContain(folder);
  });
});

describe("numbers in cells", () => {
  it.each([
    ["3", 3],
    [" 4.50 ", 4.5],
    ["-1e-2", -0.01],
    [".5", 0.5],
    [7, 7],
  ])("%j is %d", (raw, value) => {
    expect(cellNumber(raw)).toEqual({ value });
  });

  it.each(["", "  ", "NaN", "n/a", null, undefined, Number.NaN])("%j is blank", (raw) => {
    expect(cellNumber(raw)).toMatchObject({ reason: "blank" });
  });

  it.each(["3 or 4", "0x10", "1,5", "Infinity", "1e999", true, Number.POSITIVE_INFINITY, [1]])("%j is none", (raw) => {
    expect(cellNumber(raw)).toMatchObject({ reason: "unparsable" });
  });

  it("names are trimmed, numbers become text", () => {
    expect([cellText(" VB02 "), cellText(12), cellText(null), cellText(true)]).toEqual(["VB02", "12", "", ""]);
  });
});
