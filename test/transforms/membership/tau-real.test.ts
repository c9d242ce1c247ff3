import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "../../../src/compute/statistics/roc.js";
import { fitTau, shareAbove } from "../../../src/transforms/membership/tau.js";
import { realData } from "../../support/real-data.js";

interface TauReference {
  readonly train_values: number[];
  readonly train_labels: number[];
  readonly test_values: number[];
  readonly test_labels_doc: number[];
  readonly seqs_per_doc: number;
  readonly tau: number;
  readonly best_acc: number;
  readonly doc_scores: number[];
  readonly doc_auc: number;
}

const data = realData("membership");

describe.skipIf(!data.present)(`reference τ aggregation${data.reason}`, () => {
  it("has the same threshold, accuracy, document scores and area", () => {
    const given: TauReference = JSON.parse(readFileSync(data.path("reference", "tau_aggregation.json"), "utf8"));
    const found = fitTau(Float64Array.from(given.train_values), Uint8Array.from(given.train_labels));
    expect(found).toEqual({ tau: given.tau, accuracy: given.best_acc });
    const scores = given.doc_scores.map((_, doc) => {
      const from = doc * given.seqs_per_doc;
      return shareAbove(Float64Array.from(given.test_values.slice(from, from + given.seqs_per_doc)), given.tau);
    });
    expect(scores).toEqual(given.doc_scores);
    const auc = areaUnderCurve(Float64Array.from(scores), Uint8Array.from(given.test_labels_doc));
    expect(Math.abs(auc - given.doc_auc)).toBeLessThan(1e-12);
  });
});
