import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/real-data.js";

/** A fenced block of a page; `path` is what stands behind its language: the file of the example. */
export interface CodeBlock {
  readonly language: string;
  readonly path: string;
  readonly content: string;
}

export function pageText(page: string): string {
  return readFileSync(join(repositoryRoot, "docs", page), "utf8");
}

export function codeBlocks(page: string): CodeBlock[] {
  return [...pageText(page).matchAll(/^```(\S*)[ ]?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] as string,
    path: match[2] as string,
    content: match[3] as string,
  }));
}

/** Files that a page links to, without anchors and addresses. */
export function linkedFiles(page: string): string[] {
  return [...pageText(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1] as string);
}

/** Anchors that the headings of a page have, as GitHub makes them. */
export function anchors(page: string): string[] {
  return [...pageText(page).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Links with an anchor: page ("" for the same) and anchor. */
export function linkedAnchors(page: string): { readonly page: string; readonly anchor: string }[] {
  return [...pageText(page).matchAll(/\]\(([^)#:]*)#([^)]*)\)/g)].map((match) => ({
    page: match[1] as string,
    anchor: match[2] as string,
  }));
}

/** All files below a folder of the repository, with `/`. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(repositoryRoot, path)).isDirectory() ? filesBelow(path) : [path];
  });
}
