import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";
import { codeBlocks, filesBelow, linkedFiles, pageText } from "./code-blocks.js";

const PAGE = "how-to-add-a-loader.md";

describe("how-to-add-a-loader.md", () => {
  const blocks = codeBlocks(PAGE);

  it.each(blocks)("shows $path as it is", ({ path, content }) => {
    expect(path).toMatch(/^examples\//);
    expect(content).toBe(readFileSync(join(repositoryRoot, path), "utf8"));
  });

  it("shows every file of its examples but their compiler settings", () => {
    const shown = blocks.map(({ path }) => path).sort();
    const written = ["examples/my-loader", "examples/package-loader"].flatMap(filesBelow);
    expect(shown).toEqual(written.filter((path) => !path.endsWith("tsconfig.json")).sort());
  });

  it("names readers that the toolkit has", async () => {
    const toolkit: object = await import("../../src/loaders/loader-toolkit.js");
    const named = /readers of `neurotables\/loader`: ([^.]*)\./.exec(pageText(PAGE))?.[1]?.match(/\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(toolkit).toHaveProperty(name);
  });

  it("leads to files that are there", () => {
    const links = linkedFiles(PAGE);
    for (const link of links) expect(() => readFileSync(join(repositoryRoot, "docs", link))).not.toThrow();
    expect(links.length).toBeGreaterThan(0);
  });
});
