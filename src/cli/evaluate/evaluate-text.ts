import type { AggregateScore } from "../../stages/segmentation/aggregate/aggregate-scores.js";
import { F1_THRESHOLDS } from "../../stages/segmentation/aggregate/image-summary.js";
import type { PooledSubset, SetScore, SummarizedImage } from "../../stages/segmentation/aggregate/pool-images.js";
import type { Output } from "../output.js";
import { countText } from "../quantities.js";
import { type TextColumn, textTable } from "../text-table.js";

/** A set with the name of its column. */
type NamedSet = readonly [name: string, set: SetScore];

/** The score of one image, or of many, as tables for people. */
export function evaluateText(
  images: readonly SummarizedImage[],
  aggregate: AggregateScore,
  {
    output,
    single,
    tooSmall,
  }: {
    readonly output: Output;
    readonly single: boolean;
    /** Labels that the size filter deleted, per sample. */
    readonly tooSmall: ReadonlyMap<string, number>;
  },
): string {
  const sets: NamedSet[] = [];
  if (aggregate.complete !== undefined) sets.push(["completely", aggregate.complete]);
  if (aggregate.partly !== undefined) sets.push(["partly", aggregate.partly]);
  const only = images.every(({ partly }) => partly) ? "partly" : "completely";
  sets.push([sets.length > 0 ? "combined" : single ? (images[0]?.sample ?? "") : only, aggregate.combined]);
  const header = (line: string) => output.paint("bold", line);
  const available = output.terminal.stdoutIsTerminal ? output.terminal.columns() : undefined;
  const layout = { header, ...(available === undefined ? {} : { available }) };
  const columns: TextColumn[] = [
    { name: "", align: "left", whole: true },
    ...sets.map(([name]): TextColumn => ({ name, align: "right" })),
  ];
  const parts = [
    textTable(columns, scoreRows(sets, tooSmall), layout),
    textTable(thresholdColumns(), thresholdRows(sets), layout),
  ];
  if (!single) parts.push(textTable(IMAGE_COLUMNS, images.map(imageRow), layout));
  return parts.join("\n");
}

function scoreRows(sets: readonly NamedSet[], tooSmall: ReadonlyMap<string, number>): string[][] {
  const row = (name: string, cell: (set: SetScore) => string) => [name, ...sets.map(([, set]) => cell(set))];
  const rows = [
    row("S", ({ score }) => decimal(score)),
    row("avF1", ({ meanF1 }) => decimal(meanF1)),
    row("C", ({ coverage }) => decimal(coverage)),
    row("clDice_TP", ({ matchScore }) => decimal(matchScore)),
    row("tp", ({ truePositiveShare, truePositives, truth }) => share(truePositiveShare, truePositives, truth)),
    row("FS", ({ falseSplits }) => count(falseSplits)),
    row("FM", ({ falseMerges }) => count(falseMerges)),
    row("neurons", ({ truth }) => count(truth)),
    row("predictions", ({ prediction }) => count(prediction)),
  ];
  const deleted = (set: SetScore) => set.images.reduce((sum, sample) => sum + (tooSmall.get(sample) ?? 0), 0);
  if (sets.some(([, set]) => deleted(set) > 0)) rows.push(row("too small", (set) => count(deleted(set))));
  for (const name of ["dim", "overlap"] as const) {
    if (!sets.some(([, set]) => (set[name]?.truth ?? 0) > 0)) continue;
    rows.push(
      row(`tp ${name}`, (set) =>
        subset(set[name], ({ truePositiveShare, truePositives, truth }) =>
          share(truePositiveShare, truePositives, truth),
        ),
      ),
      row(`C ${name}`, (set) => subset(set[name], ({ coverage }) => decimal(coverage))),
    );
  }
  return rows;
}

function subset(found: PooledSubset | undefined, cell: (found: PooledSubset) => string): string {
  return found === undefined ? "–" : cell(found);
}

function thresholdColumns(): TextColumn[] {
  return [
    { name: "F1 at", align: "left", whole: true },
    ...F1_THRESHOLDS.map((threshold): TextColumn => ({ name: String(threshold), align: "right", whole: true })),
  ];
}

function thresholdRows(sets: readonly NamedSet[]): string[][] {
  return sets.map(([name, { thresholds }]) => [
    sets.length === 1 ? "" : name,
    ...F1_THRESHOLDS.map((wanted) => decimal(thresholds.find(({ threshold }) => threshold === wanted)?.fscore, 3)),
  ]);
}

const IMAGE_COLUMNS: readonly TextColumn[] = [
  { name: "image", align: "left" },
  { name: "labelled", align: "left" },
  ...["S", "avF1", "C", "TP", "neurons", "predictions", "FS", "FM"].map(
    (name): TextColumn => ({ name, align: "right", whole: true }),
  ),
];

function imageRow({ sample, partly, score }: SummarizedImage): string[] {
  return [
    sample,
    partly ? "partly" : "completely",
    decimal(score.score),
    decimal(score.meanF1),
    decimal(score.meanCoverage),
    count(score.truePositives),
    count(score.truth),
    count(score.prediction),
    count(score.falseSplits),
    count(score.falseMerges),
  ];
}

function share(value: number | null, part: number, whole: number): string {
  return value === null
    ? `${countText(part)}/${countText(whole)}`
    : `${decimal(value)} (${countText(part)}/${countText(whole)})`;
}

function decimal(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

function count(value: number | null): string {
  return value === null ? "–" : countText(value);
}
