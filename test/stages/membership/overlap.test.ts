import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { runOverlap } from "./support/overlap-run.js";

/** `n` words that no other seed has. */
function words(seed: number, n: number): string {
  const random = randomNumbers(seed);
  const letter = () => "abcdefghijklmnopqrstuvwxyz"[Math.floor(random() * 26)] as string;
  return Array.from({ length: n }, () => letter() + letter() + letter() + letter()).join(" ");
}

describe("membership/overlap", () => {
  it("reports shared passages and clusters near-duplicates", async () => {
    const book = words(1, 400);
    const ads = words(2, 40);
    const found = await runOverlap([
      ["c", `${words(3, 400)} ${ads}`],
      ["b", `A preface of Another edition. ${book.toUpperCase()}`],
      ["a", book],
      ["d", `${words(4, 400)} ${ads}`],
      ["short", "too short for a 13-gram"],
    ]);
    expect(found.pairs.sort((x, y) => (x.doc_a < y.doc_a ? -1 : 1))).toEqual([
      {
        doc_a: "a",
        doc_b: "b",
        shared: 388n,
        n_a: 388n,
        n_b: 393n,
        containment: 1,
        jaccard: 388 / 393,
        sampling: 1,
        clustered: true,
      },
      {
        doc_a: "c",
        doc_b: "d",
        shared: 28n,
        n_a: 428n,
        n_b: 428n,
        containment: 28 / 428,
        jaccard: 28 / 828,
        sampling: 1,
        clustered: false,
      },
    ]);
    expect(found.clusters).toEqual([
      { doc_id: "a", cluster_id: "a", n_documents: 2 },
      { doc_id: "b", cluster_id: "a", n_documents: 2 },
      { doc_id: "c", cluster_id: "c", n_documents: 1 },
      { doc_id: "d", cluster_id: "d", n_documents: 1 },
      { doc_id: "short", cluster_id: "short", n_documents: 1 },
    ]);
    expect(found.evidence).toMatchObject({ documents: 5, passes: 1, pairs_reported: 2, pairs_clustered: 1 });
  });

  it("clusters through a third, and reports only from the threshold on", async () => {
    const [x, y] = [words(1, 200), words(2, 200)];
    const texts: [string, string][] = [
      ["x", x],
      ["y", y],
      ["both", `${x} ${y}`],
      ["other", words(9, 200)],
    ];
    const found = await runOverlap(texts);
    expect(found.clusters.map((row) => row.cluster_id)).toEqual(["both", "other", "both", "both"]);
    const strict = await runOverlap(texts, { cluster: 1, report: 1 });
    expect(strict.pairs.map((row) => [row.doc_a, row.doc_b])).toEqual([
      ["both", "x"],
      ["both", "y"],
    ]);
    expect((await runOverlap([...texts.slice(0, 2)])).pairs).toEqual([]);
  });

  it("does not depend on the order of the rows", async () => {
    const shared = words(5, 60);
    const texts = Array.from({ length: 6 }, (_, i): [string, string] => [
      `d${i}`,
      `${words(10 + i, 40 * i)} ${shared}`,
    ]);
    const sorted = async (given: [string, string][]) => {
      const { pairs, clusters } = await runOverlap(given);
      return {
        pairs: pairs.map((row) => JSON.stringify(row, (_, v) => (typeof v === "bigint" ? `${v}` : v))).sort(),
        clusters,
      };
    };
    const whole = await sorted(texts);
    expect(whole.pairs).toHaveLength(15);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(texts, { minLength: 6 }), async (other) => {
        expect(await sorted(other)).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it("has no answer for two documents of one name", async () => {
    await expect(
      runOverlap([
        ["a", "x"],
        ["b", "y"],
        ["a", "z"],
      ]),
    ).rejects.toMatchObject({ tag: "load/document-repeated" });
    expect(await runOverlap([])).toMatchObject({ pairs: [], clusters: [] });
  });
});
