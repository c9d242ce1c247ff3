import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { findPython } from "../find-python.mjs";
import { cli, measureSuccess, realSources, root } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "ten annotations, against the straightforward way in Python";
export const columns = ["way", "wall", "processor", "peak memory"];

const ROUNDS = 3;
const PACKAGES = ["pandas", "openpyxl", "xlrd", "scipy", "h5py", "pyarrow"];
/** Of the consensus of the seven sources (specification 6.2). */
const CONSENSUS_DIGEST = "4ff390149e688f767fa07821d70ac079d742785f83792639eea1fc5ca133863e";

export async function measure({ folder, say }) {
  const sources = realSources();
  if (sources === undefined) return { skipped: "there are no real source files" };
  const python = findPython(PACKAGES);
  if (python.reason !== undefined) return { skipped: python.reason };
  mkdirSync(folder, { recursive: true });
  const pipeline = join(root, "bench", "pipelines", "ten-annotations.yaml");
  const script = join(root, "bench", "python", "connectome.py");
  const ours = [];
  const theirs = [];
  for (let i = 0; i < ROUNDS; i++) {
    say(`round ${i + 1} of ${ROUNDS}`);
    theirs.push(await measureSuccess(python.command, ["-W", "ignore", script, sources, join(folder, `python-${i}`)]));
    const home = join(folder, `home-${i}`);
    ours.push(await measureSuccess(process.execPath, [cli, "run", pipeline, "--sources", sources, "--home", home]));
  }
  const again = await measureSuccess(process.execPath, [
    ...[cli, "run", pipeline, "--sources", sources, "--home", join(folder, "home-0")],
  ]);
  await requireEqual(join(folder, "home-0"), join(folder, "python-0"));
  const middle = (all, what) => all.map((each) => each[what]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  const line = (name, all) => [
    name,
    seconds(middle(all, "wall")),
    seconds(middle(all, "cpu")),
    megabytes(middle(all, "peak")),
  ];
  const ratio = (what) => (middle(theirs, what) / middle(ours, what)).toFixed(2);
  return {
    rows: [
      line("Python: load, resolve, consensus, Parquet", theirs),
      line("neurotables: the same, with every row checked, traced to its cell and accounted for", ours),
      ["Python ÷ neurotables", ratio("wall"), ratio("cpu"), ratio("peak")],
      line("neurotables, again (Python does it all again)", [again, again, again]),
    ],
    notes: [
      `Median of ${ROUNDS} interleaved rounds; Python ${python.versions}.`,
      "Both give the same 29,795 edges and the same consensus (its digest is that of the specification).",
    ],
  };
}

/** Both wrote the same edges and the same consensus, which is the known one. */
async function requireEqual(home, python) {
  const { Store } = await import("../../dist/store/store.js");
  const store = await Store.open({ home });
  const { snapshots } = store.currentGeneration();
  const partsOf = (table) => {
    const paths = snapshots[`celegans_connectome.${table}`].parts.map((part) => `'${store.partPath(part)}'`);
    return `read_parquet([${paths.join(", ")}])`;
  };
  const edges = "select annotation_id, pre_cell, post_cell, kind, weight::double, n_records::int";
  const rounded = ["mean_gap_weight", "mean_chem_weight", "uncertainty"].map((name) => `printf('%.6f', ${name})`);
  const consensus = `select from_neuron, to_neuron, ${rounded.join(", ")}, data_sources`;
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const answer = async (sql) => (await connection.runAndReadAll(sql)).getRows();
  for (const [what, one, other] of [
    ["edges", `${edges} from ${partsOf("edge")}`, `${edges} from '${join(python, "edge.parquet")}'`],
    [
      "consensus",
      `${consensus} from ${partsOf("hf_connectome_compat")}`,
      `${consensus} from '${join(python, "consensus.parquet")}'`,
    ],
  ]) {
    const differing = `(${one} except all ${other}) union all (${other} except all ${one})`;
    const [[count]] = await answer(`select count(*) from (${differing})`);
    if (Number(count) !== 0) throw new Error(`${count} rows of the ${what} differ between Python and neurotables`);
  }
  const lines = (await answer(`${consensus} from ${partsOf("hf_connectome_compat")}`)).map(([from, to, ...rest]) => {
    const [gap, chemical, uncertainty, sources] = rest.map((value) => value ?? "");
    return `${[from, to, gap, chemical, uncertainty, sources.slice(2, -2).split("', '").join("|")].join(",")}\n`;
  });
  const digest = createHash("sha256").update(lines.join("")).digest("hex");
  if (digest !== CONSENSUS_DIGEST) throw new Error(`the digest of the consensus is ${digest}, not ${CONSENSUS_DIGEST}`);
  connection.closeSync();
  instance.closeSync();
}
