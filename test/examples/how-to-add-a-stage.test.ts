import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";
import { anchors, codeBlocks, filesBelow, linkedAnchors, linkedFiles, pageText } from "./code-blocks.js";

const PAGE = "how-to-add-a-stage.md";

describe(PAGE, () => {
  const blocks = codeBlocks(PAGE);

  it.each(blocks)("shows $path as it is", ({ path, content }) => {
    expect(path).toMatch(/^examples\/my-stage\//);
    expect(content).toBe(readFileSync(join(repositoryRoot, path), "utf8"));
  });

  it("shows every file of the example", () => {
    expect(blocks.map(({ path }) => path).sort()).toEqual(filesBelow("examples/my-stage").sort());
  });

  it("names functions that the toolkit has", async () => {
    const toolkit: object = await import("../../src/stages/stage-toolkit.js");
    const table = /\| function \| gives \|[\s\S]*?\n\n/.exec(pageText(PAGE))?.[0] ?? "";
    const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] as string);
    const named = cells.flatMap((cell) =>
      [...cell.matchAll(/`(?:new )?([a-zA-Z]\w*)/g)].map((match) => match[1] as string),
    );
    expect(named.length).toBeGreaterThan(9);
    for (const name of [...named, "chunkVolume", "randomNumbers"]) expect(toolkit).toHaveProperty(name);
  });

  it("leads to pages and headings that are there", () => {
    for (const link of linkedFiles(PAGE)) {
      expect(() => readFileSync(join(repositoryRoot, "docs", link))).not.toThrow();
    }
    for (const { page, anchor } of linkedAnchors(PAGE)) expect(anchors(page || PAGE)).toContain(anchor);
    expect(linkedAnchors(PAGE).length).toBeGreaterThan(2);
  });
});
