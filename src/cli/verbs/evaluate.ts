import { stat } from "node:fs/promises";
import { type ExitCode, InterruptedError, StorageError, UsageError, worstExitCode } from "../../base/errors.js";
import { sampleOfPath } from "../../loaders/fisbe/sample-name.js";
import { type AggregateScore, aggregateScores } from "../../stages/segmentation/aggregate/aggregate-scores.js";
import { summaryOfScore } from "../../stages/segmentation/aggregate/image-summary.js";
import type { SummarizedImage } from "../../stages/segmentation/aggregate/pool-images.js";
import { summaryCsv } from "../../stages/segmentation/aggregate/summary-csv.js";
import { type FailedImage, imageDocument, imagesDocument } from "../evaluate/evaluate-json.js";
import { EvaluateProgress } from "../evaluate/evaluate-progress.js";
import { evaluateReport } from "../evaluate/evaluate-report.js";
import { type EvaluateRequest, evaluateRequest } from "../evaluate/evaluate-request.js";
import { evaluateText } from "../evaluate/evaluate-text.js";
import { bothImages, type ImagePair, type ImagePairs, imagePairs } from "../evaluate/image-pairs.js";
import { type PartlyLabels, partlyLabels } from "../evaluate/partly-labels.js";
import { isFaultOfImage, type ScoredPair, scorePair } from "../evaluate/score-pair.js";
import { OutFile } from "../out-file.js";
import { pluralText } from "../quantities.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output } = context;
  const request = evaluateRequest(context);
  const single = bothImages(request.truth, request.prediction);
  if (!single && request.dimNeurons !== undefined) throw idsOfMany();
  const found = single ? onePair(request) : await imagePairs(request.truth, request.prediction);
  const labels = await partlyLabels(request.splitList);
  const warnings = missingPartners(found);
  // Opened first: a folder that does not exist is found out before anything is read.
  const report = await outFile("--report", request.report);
  const csv = await outFile("--csv", request.csv).catch(async (error) => {
    await report?.discard();
    throw error;
  });
  const stop = new AbortController();
  const forget = output.terminal.onInterrupt(() => stop.abort(new InterruptedError()));
  try {
    const { pairs, failed } = await scoreAll({
      context,
      request,
      found,
      labels,
      single,
      warnings,
      signal: stop.signal,
    });
    const images = pairs.map(
      ({ sample, partly, score }): SummarizedImage => ({ sample, partly, score: summaryOfScore(score) }),
    );
    const aggregate = images.length === 0 ? undefined : aggregateScores(images, { combined: request.combined });
    if (!single) warnings.push(...(aggregate?.warnings ?? []));
    if (aggregate !== undefined) {
      await report?.write(evaluateReport({ request, pairs, aggregate, warnings }));
      await csv?.write(summaryCsv(images, aggregate));
      await report?.commit();
      await csv?.commit();
    } else await discard(report, csv);
    await print({ context, request, found, pairs, images, failed, aggregate, single, warnings });
    return worstExitCode(failed.map(({ error }) => error.exitCode));
  } catch (error) {
    await discard(report, csv);
    throw error;
  } finally {
    forget();
  }
}

function idsOfMany(): UsageError {
  return new UsageError("option-value", "--dim-neurons names ids of one image, and these are folders", {
    fields: { option: "--dim-neurons" },
    wayOut: "leave it out: the ids are those of each truth's attribute dim_neurons",
  });
}

/** @throws {StorageError} also where a folder is in the way, which would be found out only after the scoring. */
async function outFile(option: string, path: string | undefined): Promise<OutFile | undefined> {
  if (path === undefined) return undefined;
  const wayOut = `give ${option} a file in a folder that exists, can be written and has room`;
  const fields = { option, file: path };
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw new StorageError("write-failed", `cannot write ${path}: it is a folder`, { fields, wayOut });
  try {
    return await OutFile.create(path);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StorageError("write-failed", error.message, {
      fields: { ...error.fields, option },
      wayOut,
      cause: error,
    });
  }
}

async function discard(...files: readonly (OutFile | undefined)[]): Promise<void> {
  for (const file of files) await file?.discard();
}

function onePair({ truth, prediction }: EvaluateRequest): ImagePairs {
  const sample = sampleOfPath(truth.path.replaceAll("\\", "/"));
  const pair: ImagePair = { sample, truth: truth.path, prediction: prediction.path, partly: undefined };
  return { pairs: [pair], withoutPrediction: [], withoutTruth: [] };
}

function missingPartners({ withoutPrediction, withoutTruth }: ImagePairs): string[] {
  const listed = (what: string, samples: readonly string[]) =>
    samples.length === 0
      ? []
      : [`${pluralText(samples.length, "sample")} without a ${what}, not scored: ${samples.join(", ")}`];
  return [...listed("prediction", withoutPrediction), ...listed("truth", withoutTruth)];
}

/** Scores pair by pair; in folders, one that cannot be read or scored does not keep the others from it. */
async function scoreAll({
  context,
  request,
  found,
  labels,
  single,
  warnings,
  signal,
}: {
  context: VerbContext;
  request: EvaluateRequest;
  found: ImagePairs;
  labels: PartlyLabels;
  single: boolean;
  /** Gets what is to be known of labels and of failures. */
  warnings: string[];
  signal: AbortSignal;
}): Promise<{ pairs: ScoredPair[]; failed: FailedImage[] }> {
  const progress = new EvaluateProgress(context.output);
  const pairs: ScoredPair[] = [];
  const failed: FailedImage[] = [];
  try {
    for (const [index, pair] of found.pairs.entries()) {
      const name = single ? pair.sample : `${index + 1}/${found.pairs.length} ${pair.sample}`;
      const listed = labels.of(pair.sample);
      if (request.splitList !== undefined && listed === undefined) {
        warnings.push(
          `${pair.sample} is not in the list of splits: scored as ${labelled(pair.partly ?? request.partly)}`,
        );
      }
      try {
        const scored = await scorePair(request, {
          sample: pair.sample,
          truth: single
            ? request.truth
            : { ...request.truth, path: pair.truth, shown: shownIn(request.truth, pair.truth) },
          prediction: single
            ? request.prediction
            : { ...request.prediction, path: pair.prediction, shown: shownIn(request.prediction, pair.prediction) },
          partly: listed ?? pair.partly ?? request.partly,
          signal,
          onProgress: (phase, done, total) => progress.update(name, phase, done, total),
        });
        pairs.push(scored);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (single || !isFaultOfImage(error)) throw error;
        failed.push({ sample: pair.sample, error });
        warnings.push(`${pair.sample} is not scored: ${error.message}`);
      }
    }
  } finally {
    progress.clear();
  }
  return { pairs, failed };
}

function tooSmall(pairs: readonly ScoredPair[]): ReadonlyMap<string, number> {
  return new Map(pairs.map(({ sample, score }) => [sample, score.labelsBeforeFilter - score.prediction.length]));
}

function labelled(partly: boolean): string {
  return partly ? "partly labelled" : "completely labelled";
}

function shownIn(folder: { readonly path: string; readonly shown: string }, path: string): string {
  return folder.shown.replace(/[/\\]+$/, "") + path.slice(folder.path.length);
}

async function print({
  context: { output },
  request,
  found,
  pairs,
  images,
  failed,
  aggregate,
  single,
  warnings,
}: {
  context: VerbContext;
  request: EvaluateRequest;
  found: ImagePairs;
  pairs: readonly ScoredPair[];
  images: readonly SummarizedImage[];
  failed: readonly FailedImage[];
  aggregate: AggregateScore | undefined;
  single: boolean;
  warnings: readonly string[];
}): Promise<void> {
  const ofImages = pairs.flatMap(({ sample, score }) =>
    score.warnings.map((warning) => (single ? warning : `${sample}: ${warning}`)),
  );
  const [first] = pairs;
  if (output.json) {
    const document =
      single && first !== undefined
        ? imageDocument(first, [...warnings, ...ofImages])
        : imagesDocument({ ...found, pairs, failed, aggregate, options: request.options, warnings });
    await output.document(document);
  } else if (aggregate !== undefined)
    await output.data(evaluateText(images, aggregate, { output, single, tooSmall: tooSmall(pairs) }));
  for (const warning of [...warnings, ...ofImages]) output.warn(warning);
  for (const path of [request.report, request.csv]) {
    if (path !== undefined && aggregate !== undefined) output.talk(`→ ${path}`);
  }
}
