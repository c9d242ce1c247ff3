import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";
import { zeroPadded } from "../../src/sample-data/sample-spelling.js";
import { type SyntheticEdge, syntheticConnectome } from "../../src/sample-data/synthetic-connectome.js";
import { repositoryRoot } from "../support/real-data.js";

const SEED = 1;
const PACKAGES = "openpyxl, xlrd, scipy, h5py";
const probe = spawnSync("python3", ["-c", `import ${PACKAGES}`], { encoding: "utf8" });
const reason = probe.status === 0 ? "" : ` (skipped: python3 with ${PACKAGES} is not here)`;

type Edges = Record<string, number>;
interface Found {
  readonly cook: { readonly sheets: readonly string[]; readonly chemical: Edges; readonly gap: Edges };
  readonly witvliet: Record<string, Edges>;
  readonly neuronConnect: { readonly sheets: readonly string[]; readonly rows: (string | number)[][] };
  readonly openworm: { readonly sheets: readonly string[]; readonly rows: (string | number)[][] };
  readonly varshney: { readonly chemical: Edges; readonly gap: Edges };
  readonly uzel: { readonly class: string; readonly chemical: Edges };
  readonly atlas: Record<string, { readonly dtype: string; readonly edges: Edges }>;
}

const connectome = syntheticConnectome(SEED);
const same = (label: string) => label;

/** What was invented, as `pre post` → weight. */
function invented(edges: readonly SyntheticEdge[], spell: (label: string) => string, symmetric = false): Edges {
  const all: Edges = {};
  for (const { pre, post, weight } of edges) {
    all[`${spell(pre)} ${spell(post)}`] = weight;
    if (symmetric) all[`${spell(post)} ${spell(pre)}`] = weight;
  }
  return all;
}

describe.skipIf(reason !== "")(`sample files read by other programs${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-python-"));
  let found: Found;

  beforeAll(async () => {
    await writeSampleSources({ directory: folder, seed: SEED });
    const script = join(repositoryRoot, "test", "sample-data", "read-samples.py");
    const { stdout, stderr, status } = spawnSync("python3", [script, join(folder, "celegans")], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    expect(status, stderr).toBe(0);
    found = JSON.parse(stdout) as Found;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("Cook: openpyxl finds the chemical and gap matrices", () => {
    const { cook, cookToMuscle } = connectome;
    expect(found.cook.sheets).toHaveLength(7);
    expect(found.cook.chemical).toEqual(invented([...cook.chemical, ...cookToMuscle], zeroPadded));
    expect(found.cook.gap).toEqual(invented(cook.gap, zeroPadded, true));
  });

  it("Witvliet: openpyxl finds one matrix per animal, rows postsynaptic", () => {
    connectome.witvliet.forEach(({ chemical }, index) => {
      const muscle = index === 6 ? connectome.witvlietToMuscle : [];
      expect(found.witvliet[`Dataset${index + 1}`]).toEqual(invented([...chemical, ...muscle], same));
    });
  });

  it("NeuronConnect: xlrd finds senders, receivers and gap junctions", () => {
    const { sheets, rows } = found.neuronConnect;
    expect(sheets).toEqual(["NeuronConnect.csv"]);
    const of = (type: string) =>
      Object.fromEntries(
        rows.filter((row) => row[2] === type).map(([a, b, , n]) => [`${a} ${b}`.toUpperCase(), n as number]),
      );
    expect(of("S")).toEqual(invented(connectome.monadic, zeroPadded));
    expect(of("Sp")).toEqual(invented(connectome.polyadic, zeroPadded));
    expect(of("EJ")).toEqual(invented(connectome.chklovskii.gap, zeroPadded, true));
  });

  it("OpenWorm: xlrd finds the chemical connections", () => {
    const { sheets, rows } = found.openworm;
    expect(sheets).toEqual(["Connectome", "NeuronsToMuscle", "Sensory"]);
    const sends = rows.filter((row) => row[2] === "Send").map(([a, b, , n]) => [`${a} ${b}`, n as number]);
    expect(Object.fromEntries(sends)).toEqual(invented(connectome.openworm.chemical, same));
  });

  it("Varshney: scipy finds the sparse matrices and their names", () => {
    expect(found.varshney.chemical).toEqual(invented(connectome.chklovskii.chemical, zeroPadded));
    expect(found.varshney.gap).toEqual(invented(connectome.chklovskii.gap, zeroPadded, true));
  });

  it("Uzel: h5py finds the matrix, transposed, and the cell of names", () => {
    expect(found.uzel.class).toBe("cell");
    expect(found.uzel.chemical).toEqual(invented(connectome.chklovskii.chemical, zeroPadded));
  });

  it("atlas: h5py finds two float64 matrices in slot order, rows postsynaptic", () => {
    expect(Object.keys(found.atlas).sort()).toEqual(["chem", "gap"]);
    expect(Object.values(found.atlas).map(({ dtype }) => dtype)).toEqual(["float64", "float64"]);
    expect(found.atlas.chem?.edges).toEqual(invented(connectome.whole.chemical, same));
    expect(found.atlas.gap?.edges).toEqual(invented(connectome.whole.gap, same, true));
  });
});
