import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { countingSheet } from "../../../src/loaders/pumping/counting-sheet.js";
import { memoryLoadContext } from "../../support/memory-tables.js";

const HEADER = "strain\tworm\tpumps\n";
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counting-sheet-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(text: string) {
  const absolutePath = join(folder, "sheet.tsv");
  writeFileSync(absolutePath, text);
  const path = "pumping/sheet.tsv";
  const file: SourceFile = { path, absolutePath, bytes: text.length, sha256: "0".repeat(64), sourceId: "f" };
  const { context, trace } = memoryLoadContext([file], countingSheet.parameters.parse({ seconds: 20 }));
  await countingSheet.load(context);
  return { ...trace, read: trace.read[path], carried: trace.carried[path] };
}

describe("counting sheets", () => {
  it("give one row per worm that was seen, and account for the others", async () => {
    const { rows, drops, read, carried } = await load(`# by eye\n${HEADER}N2\t1\t83\nN2\t2\t-\n`);
    const own = { source_id: "f", source_cell: "row 3", strain: "N2", worm: "1", pumps: 83, seconds: 20 };
    expect(rows.count_record).toEqual([own]);
    expect(drops).toMatchObject([{ item: "row 4", reason: "not_counted" }]);
    expect({ read, carried }).toEqual({ read: 2, carried: 1 });
  });

  it.each([
    ["strain\tworm\tcount\nN2\t1\t83\n", "format/missing-column", /"pumps".*"count"/],
    [`${HEADER}N2\t1\n`, "format/ragged-row", /sheet\.tsv:2/],
    [`${HEADER}N2\t1\tmany\n`, "load/value", /row 2: pumps should be a whole number or -, not "many"/],
    ["", "format/empty", /sheet\.tsv/],
  ])("%j is refused as %s", async (text, tag, message) => {
    await expect(load(text)).rejects.toMatchObject({ tag, message: expect.stringMatching(message) });
  });
});
