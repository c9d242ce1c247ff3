import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import type {
  AssignmentRow,
  DocumentClusterRow,
  DocumentRow,
  ExcerptRow,
  ExperimentRow,
} from "../../../src/tables/generated/membership.js";
import { assign } from "../../../src/transforms/membership/assign.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { clusterRow, documentRow, excerptRow } from "./support.js";

interface Tables {
  readonly document: readonly DocumentRow[];
  readonly excerpt?: readonly ExcerptRow[];
  readonly document_cluster?: readonly DocumentClusterRow[];
}

async function run(tables: Tables, experiments: Record<string, object>) {
  const inputs = {
    document: tables.document,
    excerpt: tables.excerpt ?? tables.document.map(({ doc_id }) => excerptRow(doc_id, doc_id)),
    document_cluster: tables.document_cluster ?? tables.document.map(({ doc_id }) => clusterRow(doc_id)),
  };
  const { context, rows } = memoryTransformContext(inputs, assign.parameters.parse({ experiments }));
  await assign.run(context);
  return { experiments: rows.experiment as ExperimentRow[], assignment: rows.assignment as AssignmentRow[] };
}

async function one(tables: Tables, design: object) {
  const { experiments, assignment } = await run(tables, { x: design });
  const of = (docId: string) => assignment.find((row) => row.doc_id === docId) as AssignmentRow;
  return { experiment: experiments[0] as ExperimentRow, assignment, of };
}

const name = (i: number) => `d${String(i).padStart(3, "0")}`;
const books = (n: number, change: (i: number) => Partial<DocumentRow> = () => ({})) =>
  Array.from({ length: n }, (_, i) =>
    documentRow(name(i), { authors: [`Author ${i}`], n_chars: BigInt(100 + i), ...change(i) }),
  );

const counts = (rows: readonly AssignmentRow[], by: (row: AssignmentRow) => unknown) => {
  const found = new Map<unknown, number>();
  for (const row of rows) found.set(by(row), (found.get(by(row)) ?? 0) + 1);
  return found;
};

/** Every label and fold holds whole clusters. */
function expectWhole(assignment: readonly AssignmentRow[]): void {
  const seen = new Map<string, string>();
  for (const { cluster_id, label, fold } of assignment) {
    if (label === null) continue;
    const place = `${label} ${fold}`;
    expect(seen.get(cluster_id) ?? place).toBe(place);
    seen.set(cluster_id, place);
  }
}

const corpus = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 40 }),
    joined: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 5 }),
    kinds: fc.array(fc.constantFrom("book" as const, "paper" as const), { minLength: 40, maxLength: 40 }),
  })
  .map(({ sizes, joined, kinds }) => {
    const root = sizes.map((_, i) => i);
    for (const [a, b] of joined) {
      if (a >= root.length || b >= root.length) continue;
      const [from, to] = [
        Math.max(root[a] as number, root[b] as number),
        Math.min(root[a] as number, root[b] as number),
      ];
      root.forEach((r, i) => {
        if (r === from) root[i] = to;
      });
    }
    return {
      document: books(sizes.length, (i) => ({ kind: kinds[i] as "book" | "paper", label: (i % 2) as 0 | 1 })),
      excerpt: sizes.flatMap((n, i) => Array.from({ length: n }, (_, s) => excerptRow(`${name(i)}#${s + 1}`, name(i)))),
      document_cluster: root.map((r, i) => clusterRow(name(i), name(r))),
    };
  });

describe("membership/assign, randomised", () => {
  it("deals units into shares, balanced over strata and folds, clusters whole, whatever the order of the rows", async () => {
    await fc.assert(
      fc.asyncProperty(
        corpus,
        fc.nat(1000),
        fc.constantFrom([], ["kind"], ["kind", "length"], ["decade", "author"]),
        async (tables, seed, stratify) => {
          const { experiment, assignment } = await one(tables, { design: "randomised", seed, stratify, folds: 3 });
          expectWhole(assignment);
          expect(assignment.map((row) => row.doc_id)).toEqual(tables.excerpt.map((row) => row.doc_id).sort());
          const largest = Math.max(...counts(assignment, (row) => row.cluster_id).values());
          const roles = counts(assignment, (row) => row.role);
          for (const role of ["member", "nonmember", "reference"]) {
            expect(Math.abs((roles.get(role) ?? 0) - assignment.length / 3)).toBeLessThanOrEqual(largest);
          }
          for (const label of [0, 1]) {
            const folds = counts(
              assignment.filter((row) => row.label === label),
              (row) => row.fold,
            );
            expect(folds.size).toBe(experiment.n_folds);
            expect(Math.max(...folds.values()) - Math.min(...folds.values())).toBeLessThanOrEqual(largest);
          }
          const other = {
            document: tables.document.toReversed(),
            excerpt: tables.excerpt.toReversed(),
            document_cluster: tables.document_cluster.toReversed(),
          };
          expect(await one(other, { design: "randomised", seed, stratify, folds: 3 })).toMatchObject({
            experiment,
            assignment,
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says in the rows what is trained and how", async () => {
    const { experiment, assignment } = await one(
      { document: books(30) },
      { design: "randomised", exposure: 0.1, duplicates: 3, seed: 7 },
    );
    for (const row of assignment) {
      const member = row.role === "member";
      expect(row).toMatchObject({
        ...{ experiment_id: "x", label_basis: "randomised", split_seed: 7n, trained: member, reason: null },
        label: member ? 1 : row.role === "nonmember" ? 0 : null,
        exposure: member ? Math.fround(0.1) : row.role === "reference" ? 1 : 0,
        duplicates: member ? 3 : row.role === "reference" ? 1 : 0,
      });
      expect(row.fold === null).toBe(row.role === "reference");
    }
    expect(experiment).toMatchObject({
      ...{ design: "randomised", label_basis: "randomised", split_seed: 7n, n_members: 10, n_nonmembers: 10 },
      ...{ n_reference: 10, n_unused: 0, unused: [], n_clusters: 20, n_folds: 5, exposure: Math.fround(0.1) },
      ...{ duplicates: 3, trains_members: true },
    });
    const lines = assignment.map(
      (row) => `${JSON.stringify([row.doc_id, row.label, row.role, row.fold, row.cluster_id])}\n`,
    );
    expect(experiment.manifest_sha256).toBe(sha256(lines.join("")));
    expect(JSON.parse(experiment.parameters)).toMatchObject({ design: "randomised", exposure: 0.1, folds: 5 });
  });

  it("gives every document every role, over seeds, as often", async () => {
    const members = new Map<string, number>();
    const splits = 300;
    const document = books(12, (i) => ({ publication_year: 1850 + i * 5, kind: i < 3 ? "paper" : "book" }));
    const seen = new Set<string>();
    for (let seed = 0; seed < splits; seed++) {
      const { experiment, assignment } = await one(
        { document },
        { design: "randomised", seed, folds: 2, stratify: ["author", "decade"] },
      );
      seen.add(experiment.manifest_sha256);
      for (const row of assignment) if (row.label === 1) members.set(row.doc_id, (members.get(row.doc_id) ?? 0) + 1);
    }
    expect(seen.size).toBe(splits);
    // Binomial with p = 1/3: sd 8.2; five of them.
    for (const n of members.values()) expect(Math.abs(n - splits / 3)).toBeLessThan(41);
    expect(members.size).toBe(12);
  });

  it("divides each stratum evenly", async () => {
    const document = books(60, (i) => ({
      kind: i % 4 === 0 ? "paper" : "book",
      publication_year: 1850 + (i % 3) * 10,
    }));
    const { assignment } = await one({ document }, { design: "randomised", stratify: ["kind", "decade"] });
    const kinds = new Map(document.map((row) => [row.doc_id, `${row.kind} ${row.publication_year}`]));
    for (const [stratum, n] of counts(assignment, (row) => kinds.get(row.doc_id))) {
      const own = assignment.filter((row) => kinds.get(row.doc_id) === stratum);
      for (const role of ["member", "nonmember", "reference"] as const) {
        expect(Math.abs(own.filter((row) => row.role === role).length - n / 3)).toBeLessThanOrEqual(1.4);
      }
    }
  });

  it("keeps authors whole where that is asked", async () => {
    const document = books(40, (i) => ({
      authors: [["Ann", "ann ", "Ben", "Anonymous"][i % 4] as string, `A${Math.floor(i / 8)}`],
    }));
    const whole = await one(
      {
        document: document.map((row) => ({
          ...row,
          authors: [`Author ${Number(row.doc_id.slice(1)) % 8}`, "Various"],
        })),
      },
      { design: "randomised", keep_whole: "author", folds: 2 },
    );
    expectWhole(whole.assignment);
    expect(new Set(whole.assignment.map((row) => row.cluster_id)).size).toBe(8);
    expect(whole.of(name(9)).cluster_id).toBe(name(1));
    const all = one({ document }, { design: "randomised", keep_whole: "author" });
    await expect(all).rejects.toMatchObject({ tag: "load/one-class" });
  });

  it("leaves out what the filters say, and counts it; background trains", async () => {
    const document = [
      ...books(12),
      documentRow("n1", { publication_year: null }),
      documentRow("n2", { publication_year: 1920 }),
      documentRow("n3", { publication_year: 1820 }),
      documentRow("p1", { kind: "paper", publication_year: 1900 }),
      documentRow("b1", { source: "web", publication_year: null }),
      documentRow("b2", { source: "web" }),
      documentRow("o1", { source: "other" }),
      documentRow("short"),
    ];
    const excerpt = document.filter((row) => row.doc_id !== "short").map(({ doc_id }) => excerptRow(doc_id, doc_id));
    const document_cluster = document.map(({ doc_id }) => clusterRow(doc_id, doc_id === "b2" ? "d000" : doc_id));
    const { experiment, of } = await one(
      { document, excerpt: [...excerpt, excerptRow("d001#trap1", "d001", "trap:25")], document_cluster },
      {
        ...{ design: "randomised", years: [1850, 1910], kinds: ["book"], sources: ["gutenberg"], background: ["web"] },
        ...{ shares: { member: 0.5, nonmember: 0.5, reference: 0 } },
      },
    );
    expect(experiment.unused).toEqual([
      { reason: "near-duplicate of a compared document", n: 1 },
      { reason: "no year", n: 1 },
      { reason: "other collection", n: 1 },
      { reason: "other kind", n: 1 },
      { reason: "outside the years", n: 2 },
      { reason: "planted sequence", n: 1 },
      { reason: "too short", n: 1 },
    ]);
    expect(experiment).toMatchObject({ n_members: 6, n_nonmembers: 6, n_reference: 0, n_unused: 8 });
    expect(of("b1")).toMatchObject({
      role: "background",
      trained: true,
      label: null,
      fold: null,
      exposure: 1,
      duplicates: 1,
    });
    expect(of("b2")).toMatchObject({ role: "unused", trained: false, reason: "near-duplicate of a compared document" });
    expect(of("n1")).toMatchObject({
      role: "unused",
      label: null,
      fold: null,
      exposure: 0,
      duplicates: 0,
      reason: "no year",
    });
  });

  it("leaves over what shares leave over", async () => {
    const { experiment } = await one(
      { document: books(40) },
      { design: "randomised", shares: { member: 0.25, nonmember: 0.25, reference: 0 } },
    );
    expect(experiment).toMatchObject({ n_members: 10, n_nonmembers: 10, unused: [{ reason: "not drawn", n: 20 }] });
    expect(() =>
      assign.parameters.parse({
        experiments: { x: { design: "randomised", shares: { member: 0.6, nonmember: 0.6 } } },
      }),
    ).toThrow(/add up/);
  });
});

describe("membership/assign, by dates and labels", () => {
  const dated = (date: string | null, change: Partial<DocumentRow> = {}): Partial<DocumentRow> => ({
    release_date: date,
    release_date_basis: date === null ? "none" : "catalogue",
    ...change,
  });
  const dates = [
    "2004-12-06",
    "2019-02-10",
    "2019-02-11",
    "2023-02-04",
    null,
    "2005-01-01",
    "2022-01-01",
    "2001-01-01",
  ];

  it("labels by the cutoff and trains on no member unless told so", async () => {
    const document = books(8, (i) => dated(dates[i] as string | null));
    const { experiment, of, assignment } = await one({ document }, { design: "temporal", cutoff: "2019-02-10" });
    expect(assignment.map((row) => row.label)).toEqual([1, 1, 0, 0, null, 1, 0, 1]);
    expect(of(name(4))).toMatchObject({ role: "unused", reason: "no date" });
    expect(assignment.every((row) => !row.trained && row.exposure === 0 && row.duplicates === 0)).toBe(true);
    expect(experiment).toMatchObject({
      ...{ design: "temporal", label_basis: "temporal", n_members: 4, n_nonmembers: 3, n_folds: 3 },
      ...{ trains_members: false, exposure: 0, duplicates: 0, unused: [{ reason: "no date", n: 1 }] },
    });
    const trained = await one(
      { document },
      { design: "temporal", cutoff: "2019-02-10", trains_members: true, exposure: 0.5 },
    );
    expect(trained.assignment.map((row) => row.trained)).toEqual(trained.assignment.map((row) => row.label === 1));
    expect(trained.experiment).toMatchObject({ trains_members: true, exposure: 0.5, duplicates: 1 });
  });

  it("does not label what a date without a day leaves open", async () => {
    const header = (date: string, precision: "month" | "year") =>
      dated(date, { release_date_basis: "header", release_date_precision: precision });
    const document = [
      ...books(4, (i) => dated(i % 2 === 0 ? "2000-01-01" : "2020-01-01")),
      documentRow("m1", header("2019-02-01", "month")),
      documentRow("m2", header("2019-01-01", "month")),
      documentRow("m3", header("2019-03-01", "month")),
      documentRow("y1", header("2019-01-01", "year")),
      documentRow("y2", header("2018-01-01", "year")),
      documentRow("c1", dated("2019-02-01", { release_date_precision: "month" })),
    ];
    const { of, experiment } = await one({ document }, { design: "temporal", cutoff: "2019-02-10" });
    expect(["m1", "m2", "m3", "y1", "y2", "c1"].map((id) => of(id).label)).toEqual([null, 1, 0, null, 1, 1]);
    expect(experiment.unused).toEqual([{ reason: "date not exact enough", n: 2 }]);
  });

  it("keeps to the bandwidth around the cutoff", async () => {
    const days = [
      "2019-01-31",
      "2019-02-01",
      "2019-02-10",
      "2019-02-11",
      "2019-02-20",
      "2019-02-21",
      "2019-02-05",
      "2019-02-15",
    ];
    const document = books(8, (i) => dated(days[i] as string));
    const { assignment, experiment } = await one(
      { document },
      { design: "regression-discontinuity", cutoff: "2019-02-10", bandwidth: 10 },
    );
    expect(assignment.map((row) => row.label)).toEqual([null, 1, 1, 0, 0, null, 1, 0]);
    expect(experiment).toMatchObject({ label_basis: "temporal", unused: [{ reason: "outside the bandwidth", n: 2 }] });
    const month = [
      ...document,
      documentRow("m", dated("2019-02-01", { release_date_basis: "header", release_date_precision: "month" })),
    ];
    const wide = await one(
      { document: month },
      { design: "regression-discontinuity", cutoff: "2019-02-10", bandwidth: 10 },
    );
    expect(wide.of("m")).toMatchObject({ label: null, reason: "date not exact enough" });
  });

  it("compares no near-duplicates across the label, and no near-duplicate trains", async () => {
    const document = [
      ...books(8, (i) => dated(i % 2 === 0 ? "2000-01-01" : "2020-01-01")),
      documentRow("novel", { source: "novels" }),
      documentRow("other", { source: "novels" }),
      documentRow("ref", { source: "papers" }),
    ];
    const clusters: Record<string, string> = { d001: "d000", novel: "d002" };
    const document_cluster = document.map(({ doc_id }) => clusterRow(doc_id, clusters[doc_id] ?? doc_id));
    const { of, assignment } = await one(
      { document, document_cluster },
      { design: "temporal", cutoff: "2019-02-10", background: ["novels"], reference: ["papers"] },
    );
    for (const id of ["d000", "d001"]) expect(of(id).reason).toBe("near-duplicate on the other side of the label");
    expect(of("novel").reason).toBe("near-duplicate of a compared document");
    expect(of("other")).toMatchObject({ role: "background", trained: true });
    expect(of("ref")).toMatchObject({ role: "reference", trained: false, exposure: 1 });
    expectWhole(assignment);
  });

  it("takes labels that a collection gives", async () => {
    const document = books(9, (i) => ({ label: i === 8 ? null : ((i % 2) as 0 | 1) }));
    const { assignment, experiment } = await one({ document }, { design: "known-corpus" });
    expect(assignment.map((row) => row.label)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, null]);
    expect(experiment).toMatchObject({
      label_basis: "known-corpus",
      n_folds: 4,
      unused: [{ reason: "no label", n: 1 }],
      trains_members: false,
    });
  });
});

describe("membership/assign, planted sequences", () => {
  const document = books(10);
  const excerpt = document.flatMap(({ doc_id }) => [
    excerptRow(doc_id, doc_id),
    ...[25, 50, 25, 50].map((length, i) => excerptRow(`${doc_id}#trap${i + 1}`, doc_id, `trap:${length}`)),
  ]);

  it("plants half of them, repeated in turn, and trains on the documents", async () => {
    const { experiment, assignment } = await one({ document, excerpt }, { design: "trap", repetitions: [1, 10] });
    const traps = assignment.filter((row) => row.doc_id.includes("#trap"));
    expect(Object.fromEntries(counts(traps, (row) => `${row.label} ${row.duplicates} ${row.trained}`))).toEqual({
      "1 1 true": 10,
      "1 10 true": 10,
      "0 0 false": 20,
    });
    for (const row of traps) expect(row).toMatchObject({ cluster_id: row.doc_id, label_basis: "trap" });
    for (const row of assignment)
      if (!traps.includes(row)) expect(row).toMatchObject({ role: "background", trained: true });
    expect(experiment).toMatchObject({ n_members: 20, n_nonmembers: 20, n_clusters: 40, exposure: 1, duplicates: 10 });
    const cell = await one({ document, excerpt }, { design: "trap", repetitions: [100], lengths: [50], folds: 2 });
    expect(cell.experiment).toMatchObject({
      n_members: 10,
      n_nonmembers: 10,
      unused: [{ reason: "other length", n: 20 }],
    });
  });
});

describe("membership/assign, faults", () => {
  it("names experiment and counts where there is one class only", async () => {
    const document = books(6, (i) => ({ label: 1, release_date: i < 3 ? "2000-01-01" : null }));
    await expect(
      run({ document }, { fine: { design: "randomised", folds: 2 }, known: { design: "known-corpus" } }),
    ).rejects.toMatchObject({
      tag: "load/one-class",
      message: "experiment known has 6 members and 0 non-members",
      fields: { experiment_id: "known", n_members: 6, n_nonmembers: 0 },
    });
    await expect(one({ document }, { design: "temporal", cutoff: "2019-02-10" })).rejects.toThrow(
      "experiment x has 3 members and 0 non-members (left out: no date 3)",
    );
    await expect(one({ document: [] }, { design: "randomised" })).rejects.toMatchObject({ tag: "load/one-class" });
    const single = books(6, (i) => ({ label: i === 0 ? 1 : 0 }));
    await expect(one({ document: single }, { design: "known-corpus" })).rejects.toMatchObject({
      tag: "load/few-clusters",
    });
  });

  it("names both files of a document that is there twice", async () => {
    const document = [...books(6), documentRow("d003", { path: "membership/novels/d003.txt" })];
    await expect(one({ document }, { design: "randomised" })).rejects.toThrow(
      "two documents are called d003: membership/gutenberg/d003.txt and membership/novels/d003.txt",
    );
    const excerpt = [excerptRow("d000", "d000"), excerptRow("d000", "d000")];
    await expect(one({ document: books(6), excerpt }, { design: "randomised" })).rejects.toMatchObject({
      tag: "load/document-repeated",
    });
    await expect(
      one({ document: books(6), excerpt: [excerptRow("q", "q")] }, { design: "randomised" }),
    ).rejects.toMatchObject({
      tag: "load/document-unknown",
    });
  });

  it("refuses parameters that say nothing", () => {
    const parse = (experiments: object) => () => assign.parameters.parse({ experiments });
    expect(parse({})).toThrow(/at least one/);
    expect(parse({ "a/b": { design: "randomised" } })).toThrow();
    expect(parse({ x: { design: "temporal", cutoff: "2019-02-30" } })).toThrow();
    expect(parse({ x: { design: "temporal" } })).toThrow();
    expect(parse({ x: { design: "randomised", cutoff: "2019-02-10" } })).toThrow();
  });

  it("splits two exposures of one seed alike", async () => {
    const { assignment } = await run(
      { document: books(30) },
      {
        a: { design: "randomised", exposure: 0.1 },
        b: { design: "randomised", exposure: 1 },
        c: { design: "randomised", seed: 2 },
      },
    );
    const roles = (id: string) =>
      assignment.filter((row) => row.experiment_id === id).map((row) => `${row.doc_id} ${row.role} ${row.fold}`);
    expect(roles("a")).toEqual(roles("b"));
    expect(roles("a")).not.toEqual(roles("c"));
  });
});
