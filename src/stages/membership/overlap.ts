import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { InterruptedError, LoadError } from "../../base/errors.js";
import type { DocumentTextRow, OverlapRow } from "../../tables/generated/membership.js";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  words: z.number().int().min(2).max(64).default(13).describe("words of an n-gram"),
  sampling: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(1)
    .describe("one in so many n-grams is looked at; 1 = all; 64 is enough to cluster thousands of books"),
  report: z
    .number()
    .min(0)
    .max(1)
    .default(0.001)
    .describe("least containment (shared n-grams, of the smaller set) of a pair that is reported"),
  cluster: z
    .number()
    .gt(0)
    .max(1)
    .default(0.2)
    .describe("least containment of near-duplicates: they stay on one side of the label and in one fold"),
});

/**
 * `document_text` → `overlap`, `document_cluster`: how many word 13-grams (over `[a-z']+` of the lower-cased text) every
 * two documents share, and the clusters that near-duplicates form. Nothing is left out for it: a stricter removal of
 * duplicates would itself shift the texts.
 * Memory: 200 MB of n-grams at most, 2 n² bytes of counters for n documents, and one text. Cost: some 50 MB of text per
 * second and pass; a pass holds 8 million n-grams (sampled ones only), some 80 books in full.
 * @throws {LoadError} `load/document-repeated`.
 */
export const overlap: Stage<z.infer<typeof parameters>> = {
  name: "membership/overlap",
  description: "Documents that share text, and clusters of near-duplicates",
  inputs: ["document_text"],
  outputs: ["overlap", "document_cluster"],
  parameters,
  async run(context) {
    const { shingleOverlap } = await import("../../compute/text/shingle-overlap.js");
    const { DisjointSets } = await import("../../compute/volume/label-propagation.js");
    const { words, sampling, report, cluster } = context.parameters;
    const source = context.input("document_text");
    const names: string[] = [];
    const texts = async function* () {
      names.length = 0;
      for await (const row of source.rows<DocumentTextRow>(["doc_id", "text"])) {
        if (context.signal.aborted) throw new InterruptedError();
        names.push(row.doc_id);
        yield row.text;
      }
    };
    const found = await shingleOverlap(texts, {
      words,
      sampling,
      onText: (_pass, text) => context.progress(text, source.rowCount, "documents"),
    });
    const order = names.map((_, i) => i).sort((a, b) => compareCodeUnits(names[a] as string, names[b] as string));
    const rank = new Int32Array(names.length);
    order.forEach((document, place) => {
      rank[document] = place;
      if (place > 0 && names[order[place - 1] as number] === names[document]) {
        throw new LoadError("document-repeated", `two documents are called ${names[document]}`, {
          fields: { doc_id: names[document] as string },
          wayOut: "Rename the file of one of them.",
        });
      }
    });
    const sets = new DisjointSets(names.length);
    const rows: OverlapRow[] = [];
    let clustered = 0;
    for (const { a, b, count } of found.pairs()) {
      const [first, second] = (rank[a] as number) < (rank[b] as number) ? [a, b] : [b, a];
      const [nFirst, nSecond] = [found.sizes[first] as number, found.sizes[second] as number];
      const containment = count / Math.min(nFirst, nSecond);
      const isNear = containment >= cluster;
      if (isNear) {
        sets.join(rank[a] as number, rank[b] as number);
        clustered++;
      }
      if (!isNear && containment < report) continue;
      rows.push({
        doc_a: names[first] as string,
        doc_b: names[second] as string,
        shared: BigInt(count),
        n_a: BigInt(nFirst),
        n_b: BigInt(nSecond),
        containment,
        jaccard: count / (nFirst + nSecond - count),
        sampling,
        clustered: isNear,
      });
    }
    context.sink("overlap").write(rows);
    const members = new Int32Array(names.length);
    for (let place = 0; place < names.length; place++) {
      const root = sets.find(place);
      members[root] = (members[root] as number) + 1;
    }
    context.sink("document_cluster").write(
      order.map((document, place) => {
        const root = sets.find(place);
        return {
          doc_id: names[document] as string,
          cluster_id: names[order[root] as number] as string,
          n_documents: members[root] as number,
        };
      }),
    );
    context.evidence({
      documents: names.length,
      ngrams: found.sizes.reduce((sum, n) => sum + n, 0),
      passes: found.passes,
      pairs_reported: rows.length,
      pairs_clustered: clustered,
    });
  },
};
