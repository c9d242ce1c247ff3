import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";

interface CodeBlock {
  readonly path: string;
  readonly content: string;
}

/** Fenced blocks: what stands behind the language is the path of the file. */
function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(repositoryRoot, "docs", page), "utf8");
  return [...text.matchAll(/^```(\S*)[ ]?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    path: match[2] as string,
    content: match[3] as string,
  }));
}

function files(folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(repositoryRoot, path)).isDirectory() ? files(path) : [path];
  });
}

describe("how-to-add-a-loader.md", () => {
  const blocks = codeBlocks("how-to-add-a-loader.md");

  it.each(blocks)("shows $path as it is", ({ path, content }) => {
    expect(path).toMatch(/^examples\//);
    expect(content).toBe(readFileSync(join(repositoryRoot, path), "utf8"));
  });

  it("shows every file of the examples but their compiler settings", () => {
    const shown = blocks.map(({ path }) => path).sort();
    const written = files("examples").filter((path) => !path.endsWith("tsconfig.json"));
    expect(shown).toEqual(written.sort());
  });

  it("names readers that the toolkit has", async () => {
    const text = readFileSync(join(repositoryRoot, "docs/how-to-add-a-loader.md"), "utf8");
    const toolkit: object = await import("../../src/loaders/loader-toolkit.js");
    const named = /readers of `neurotables\/loader`: ([^.]*)\./.exec(text)?.[1]?.match(/\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(toolkit).toHaveProperty(name);
  });

  it("leads to files that are there", () => {
    const text = readFileSync(join(repositoryRoot, "docs/how-to-add-a-loader.md"), "utf8");
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] as string);
    for (const link of links) expect(statSync(join(repositoryRoot, "docs", link)).isFile()).toBe(true);
    expect(links.length).toBeGreaterThan(0);
  });
});
