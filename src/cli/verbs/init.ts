import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { EXIT, type ExitCode, UsageError } from "../../base/errors.js";
import { packageRoot } from "../../base/package-root.js";
import { storageError } from "../../base/storage-error.js";
import { pluralText } from "../quantities.js";
import type { VerbContext } from "../verb.js";

const SAMPLE_SEED = 1;

const PIPELINES = ["quickstart", "celegans-activity", "fisbe", "membership-randomised", "dynamic-connectome"] as const;

/** Few: each takes some seconds of the first run. */
const SAMPLE_VOLUMES = {
  completely: { train: 0, val: 1, test: 1 },
  partly: { train: 0, val: 0, test: 1 },
} as const;

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands } = context;
  const target = resolve(output.terminal.cwd, operands[0] as string);
  if (existsSync(target) && (!statSync(target).isDirectory() || readdirSync(target).length > 0)) {
    const what = statSync(target).isDirectory() ? "is not empty" : "is a file";
    throw new UsageError("not-empty", `${target} ${what}, and init overwrites nothing`, {
      fields: { folder: target },
      wayOut: "name a new folder",
    });
  }
  const samples = await makeProject(target);
  const here = relative(output.terminal.cwd, target) || ".";
  if (output.json)
    await output.document({ directory: target, pipeline: "pipelines/quickstart.yaml", sources: samples });
  else {
    await output.data(`${target}: a pipeline and ${pluralText(samples, "synthetic raw file")}\n`);
    const quoted = /^[\w./-]+$/.test(here) ? here : `'${here.replaceAll("'", "'\\''")}'`;
    output.talk(`next: cd ${quoted} && neurotables run ${PIPELINES.join(" ")}`);
  }
  return EXIT.ok;
}

/** Makes the project beside its final place and gives it its name last. @returns the number of raw files. */
async function makeProject(target: string): Promise<number> {
  const { sampleSourcesManifest, storesAsOne, writeSampleFiles, writeSampleSources } = await import(
    "../../sample-data/sample-sources.js"
  );
  const { sampleVolumeFiles } = await import("../../sample-data/fisbe/sample-volumes.js");
  const { sampleRecordingFiles } = await import("../../sample-data/activity/sample-recordings.js");
  const { sampleDocumentFiles } = await import("../../sample-data/membership/sample-documents.js");
  const { sampleMotifFiles } = await import("../../sample-data/dynamic-connectome/motif-files.js");
  const { pipelineWithMotifs } = await import("../../sample-data/dynamic-connectome/motif-pipelines.js");
  let work: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    work = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    const sources = join(work, "sources");
    const connectome = await writeSampleSources({ directory: sources, seed: SAMPLE_SEED });
    const recordings = [...sampleRecordingFiles(SAMPLE_SEED), ...sampleMotifFiles(SAMPLE_SEED)];
    const activity = await writeSampleFiles(sources, recordings);
    const volumes = storesAsOne(
      await writeSampleFiles(
        sources,
        await sampleVolumeFiles({ seed: SAMPLE_SEED, preset: "tiny", counts: SAMPLE_VOLUMES }),
      ),
    );
    const documents = await writeSampleFiles(sources, sampleDocumentFiles(SAMPLE_SEED));
    const datasets = {
      celegans_connectome: connectome,
      celegans_activity: activity,
      fisbe: volumes,
      membership: documents,
    };
    for (const [dataset, written] of Object.entries(datasets)) {
      mkdirSync(join(work, "datasets", dataset), { recursive: true });
      writeFileSync(join(work, "datasets", dataset, "sources.yaml"), sampleSourcesManifest(written));
    }
    mkdirSync(join(work, "pipelines"));
    for (const name of PIPELINES) {
      const file = `${name}.yaml`;
      const text = readFileSync(join(packageRoot(), "pipelines", file), "utf8");
      writeFileSync(join(work, "pipelines", file), pipelineWithMotifs(file, text));
    }
    const editorSchema = join(packageRoot(), "schemas", "pipeline.schema.json");
    mkdirSync(join(work, "schemas"));
    if (existsSync(editorSchema)) cpSync(editorSchema, join(work, "schemas", "pipeline.schema.json"));
    writeFileSync(join(work, ".gitignore"), ".neurotables/\n");
    writeFileSync(join(work, "README.md"), readme(basename(target)));
    if (existsSync(target)) rmdirSync(target);
    renameSync(work, target);
    return connectome.length + activity.length + volumes.length + documents.length;
  } catch (error) {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
    throw (error as NodeJS.ErrnoException).code === undefined ? error : storageError("write", target, error);
  }
}

function readme(name: string): string {
  return `# ${name}

A project for neurotables, with a pipeline that runs.

    neurotables run ${PIPELINES.join(" ")}
    neurotables status
    neurotables sql "SELECT post, count(*) AS partners FROM edge GROUP BY post ORDER BY partners DESC LIMIT 10"

- \`pipelines/quickstart.yaml\` (wiring diagrams), \`pipelines/celegans-activity.yaml\` (recordings),
  \`pipelines/fisbe.yaml\` (volumes of neurons, segmentations and their scores), \`pipelines/membership-randomised.yaml\`
  (did a model read these books?) and \`pipelines/dynamic-connectome.yaml\` (which neurons act together, when, in which
  animals) say which raw files become which tables. Copy them, or change them;
  \`neurotables plan\` shows what a change would run again.
- \`sources/\` holds synthetic raw files, invented for trying things out: they are nobody's data. With your own, name their
  folder: \`neurotables run quickstart --sources DIR\`.
- \`datasets/\` pins the raw files by hash. \`schemas/\` is for contracts of tables of your own.
- \`.neurotables/\` is made by the first run: tables, journal, catalogue. It can be deleted and made again.
`;
}
