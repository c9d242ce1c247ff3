import { codeBlocks } from "./code-blocks.js";

/** Queries of `membership.md` with what they show: of invented documents (""), or of books and novels ("real"). */
export function queriesOf(source: "" | "real"): { readonly query: string; readonly output: string | undefined }[] {
  const blocks = codeBlocks("membership.md");
  return blocks.flatMap(({ language, path, content }, index) =>
    language === "sql" && path === source ? [{ query: content, output: blocks[index + 1]?.content }] : [],
  );
}
