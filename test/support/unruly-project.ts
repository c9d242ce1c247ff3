import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repositoryRoot } from "./real-data.js";

/** A loader of text files that does what their lines say, and notes that it has begun with a file. */
const LOADER = `import { appendFileSync, readFileSync } from "node:fs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export default {
  name: "unruly",
  description: "One row per line; lines that begin with ! are done.",
  partition: "file",
  outputs: ["item_record"],
  async load({ files, sink, countRead, countCarried }) {
    for (const file of files) {
      appendFileSync(file.absolutePath + ".begun", "x");
      const lines = readFileSync(file.absolutePath, "utf8").trim().split("\\n");
      for (const [index, text] of lines.entries()) {
        const [command, amount] = text.split(" ");
        if (command === "!sleep") await sleep(Number(amount));
        if (command === "!hang") for (;;);
        if (command === "!allocate") for (const kept = []; ; await sleep(1)) kept.push(Buffer.alloc(1 << 22, 1));
        if (command === "!exit") process.exit(Number(amount));
        if (command === "!throw") throw amount;
        countRead(file, 1);
        const rows = Array.from({ length: command === "!rows" ? Number(amount) : 1 }, (_, i) => ({
          source_id: file.sourceId,
          item_index: index + i,
          text: text + i,
          value: Math.sin(index + i),
        }));
        sink("item_record").write(rows);
        countCarried(file, 1);
      }
    }
  },
};
`;

const COUNTER = `export default {
  name: "count",
  description: "Occurrences of each text.",
  inputs: ["item_record"],
  outputs: ["item_count"],
  async run({ input, sink }) {
    const counts = new Map();
    for await (const { text } of input("item_record").rows(["text"])) counts.set(text, (counts.get(text) ?? 0) + 1);
    sink("item_count").write([...counts].map(([text, occurrences]) => ({ text, occurrences })));
  },
};
`;

/** A load step of an {@link UnrulyProject}: one unit per file, whose lines the loader obeys. */
export interface UnrulyStep {
  readonly files: Readonly<Record<string, string>>;
  /** As in a pipeline: `{ memory: 300MB, time: 5s }`. */
  readonly resources?: string;
}

/** A project whose loader is a user's module that misbehaves when told to. Datasets share nothing but the contracts. */
export class UnrulyProject {
  readonly folder: string;
  readonly home: string;

  constructor(folder: string) {
    this.folder = folder;
    this.home = join(folder, "home");
    this.#write("pipelines/unruly.mjs", LOADER);
    this.#write("pipelines/count.mjs", COUNTER);
  }

  /** Writes a pipeline, its dataset's contracts and its files; files of an earlier call are removed. */
  pipeline(name: string, steps: Readonly<Record<string, UnrulyStep>>): string {
    for (const table of ["item_record", "item_count"]) {
      const text = readFileSync(join(repositoryRoot, "test/fixtures/pipelines/schemas/toy", `${table}.yaml`), "utf8");
      this.#write(`schemas/${name}/${table}.yaml`, text.replace("dataset: toy", `dataset: ${name}`));
    }
    rmSync(join(this.folder, "sources", name), { recursive: true, force: true });
    const lines = [`pipeline: ${name}`, "title: Files that say what happens", `dataset: ${name}`, "sources:"];
    for (const step of Object.keys(steps)) lines.push(`  ${step}: { files: "${name}/${step}/*.txt" }`);
    lines.push("steps:");
    for (const [step, { files, resources }] of Object.entries(steps)) {
      const limits = resources === undefined ? "" : `, resources: ${resources}`;
      lines.push(`  ${step}: { load: ./unruly.mjs, source: ${step}, into: item_record${limits} }`);
      for (const [file, text] of Object.entries(files)) this.#write(`sources/${name}/${step}/${file}.txt`, text);
    }
    lines.push("  count: { transform: ./count.mjs, from: item_record, into: item_count }");
    return this.#write(`pipelines/${name}.yaml`, `${lines.join("\n")}\n`);
  }

  /** Words of a command that runs pipelines of this project; its raw files are found by themselves. */
  run(...pipelines: readonly string[]): string[] {
    return ["run", ...pipelines, "--home", this.home, "--json"];
  }

  /** How often the loader has begun with a file since the pipeline was written. */
  timesBegun(name: string, step: string, file: string): number {
    try {
      return readFileSync(join(this.folder, "sources", name, step, `${file}.txt.begun`), "utf8").length;
    } catch {
      return 0;
    }
  }

  /** Resolves when the loader has begun with a file. */
  async begun(name: string, step: string, file: string): Promise<void> {
    while (this.timesBegun(name, step, file) === 0) await sleep(10);
  }

  #write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
}
