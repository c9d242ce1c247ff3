import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import type { MetricRow, ScoreRecordRow } from "../../tables/generated/segmentation.js";
import type { Stage } from "../stage.js";
import type { ImageSummary } from "./aggregate/image-summary.js";
import type { SetScore, SummarizedImage } from "./aggregate/pool-images.js";

const parameters = z.strictObject({
  splits: z
    .array(z.enum(["train", "val", "test"]))
    .min(1)
    .default(["train", "val", "test"])
    .describe("which samples are pooled; those of no split always are. The published numbers are of test alone"),
});

type MetricTag = Pick<MetricRow, "method" | "profile" | "subject" | "scope" | "prediction_id">;

/**
 * `score_record` → `metric`: every number of every image under its official key, and per method and profile the scores
 * pooled over the completely labelled, the partly labelled and all images, the latter in both conventions: as published
 * and as the published tool computes now. Only samples of `splits` are pooled. With images of one kind only there is no combination: their own score is all.
 */
export const poolScores: Stage<z.infer<typeof parameters>> = {
  name: "segmentation/pool",
  description: "Scores as numbers, of images and pooled over them",
  inputs: ["segmentation.score_record"],
  outputs: ["metric"],
  parameters,
  async run(context) {
    const { aggregateScores } = await import("./aggregate/aggregate-scores.js");
    const { setScoreJson } = await import("./aggregate/aggregate-json.js");
    const sink = context.sink("metric");
    const groups = new Map<string, ScoreRecordRow[]>();
    for await (const row of context.input("segmentation.score_record").rows<ScoreRecordRow>()) {
      const key = `${row.profile} ${row.method}`;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const key of [...groups.keys()].sort(compareCodeUnits)) {
      const rows = groups.get(key) as ScoreRecordRow[];
      const [{ method, profile }] = rows as [ScoreRecordRow];
      const images: SummarizedImage[] = [];
      for (const row of rows) {
        const { pooled, official } = JSON.parse(row.summary) as { pooled: ImageSummary; official: object };
        const tag: MetricTag = {
          method,
          profile,
          subject: row.sample_id,
          scope: "image",
          prediction_id: row.prediction_id,
        };
        sink.write(metricRows(tag, official, [...row.warnings]));
        if (row.split === null || context.parameters.splits.includes(row.split)) {
          images.push({ sample: row.sample_id, partly: row.partly, score: pooled });
        }
      }
      if (images.length === 0) continue;
      const write = (subject: string, scope: MetricTag["scope"], set: SetScore, warnings: readonly string[]) =>
        sink.write(metricRows({ method, profile, subject, scope, prediction_id: null }, setScoreJson(set), warnings));
      const published = aggregateScores(images, { combined: "published" });
      if (published.complete === undefined || published.partly === undefined) {
        const only = images.every(({ partly }) => partly) ? "partly" : "completely";
        write(only, only, published.combined, published.warnings);
        continue;
      }
      const code = aggregateScores(images, { combined: "code" });
      write("completely", "completely", published.complete, []);
      write("partly", "partly", published.partly, []);
      write("combined_published", "combined", published.combined, published.warnings);
      write("combined_code", "combined", code.combined, code.warnings);
    }
  },
};

/** Lists of one number per neuron. */
const PER_NEURON = /^(general\.gt_skel_coverage|gt_covs)$/;
/** The number that carries the warnings. */
const HEADLINE = "general.avg_f1_cov_score";

/** Every number of nested official keys as a row, keys joined by dots; lists by position. */
function* metricRows(tag: MetricTag, value: object, warnings: readonly string[]): Generator<MetricRow> {
  for (const [metric, position, number] of numbers(value, "")) {
    const threshold = /\.th_(0_\d+)\b/.exec(metric)?.[1];
    yield {
      ...tag,
      metric,
      position,
      threshold: threshold === undefined ? null : Math.fround(Number(threshold.replace("_", "."))),
      instance_id: tag.scope === "image" && PER_NEURON.test(metric) ? position + 1 : null,
      value: number,
      warnings: metric === HEADLINE ? warnings : [],
    };
  }
}

function* numbers(value: unknown, key: string): Generator<[metric: string, position: number, value: number | null]> {
  if (typeof value === "number") yield [key, 0, value];
  else if (value === null) yield [key, 0, null];
  else if (Array.isArray(value)) {
    for (const [position, item] of value.entries()) if (typeof item === "number") yield [key, position, item];
  } else if (typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) yield* numbers(inner, key === "" ? name : `${key}.${name}`);
  }
}
