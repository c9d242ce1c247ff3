import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { PipelineDocument } from "./pipeline-document.js";
import { listPipelineFiles } from "./pipeline-file.js";
import { writersOf } from "./pipeline-rules.js";

/** Name of the pipeline, of the project's or the package's, that writes `dataset.table`; undefined when none does. */
export async function pipelineThatWrites(table: string, root: string): Promise<string | undefined> {
  const { readShape } = await import("./pipeline-shape.js");
  for (const file of listPipelineFiles(root)) {
    const shape = readShape(await PipelineDocument.open(readFileSync(file, "utf8"), file));
    const dataset = shape?.head.dataset;
    if (shape !== undefined && dataset !== undefined && writersOf(shape, dataset).has(table)) {
      return basename(file).replace(/\.ya?ml$/, "");
    }
  }
  return undefined;
}
