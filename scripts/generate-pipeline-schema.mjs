// schemas/pipeline.schema.json, with which editors complete pipeline files, from the grammar in the engine. Build first.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { pipelineJsonSchema } = await import("../dist/engine/pipeline-schema.js");
const path = join(root, "schemas", "pipeline.schema.json");
writeFileSync(path, `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`);
const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
spawnSync(process.execPath, [biome, "format", "--write", path], { cwd: root, stdio: "ignore" });
