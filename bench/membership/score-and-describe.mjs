// node score-and-describe.mjs '{"trained":1000000,"scored":10000000,"folder":"…","threads":2}': trains a bigram model,
// scores Zipf-distributed documents with it one after the other, and describes them by features, without tables: the two
// numbers per token that features need wait in a file below "folder". Prints one line of JSON.
import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { zipfTable } from "./zipf.mjs";

const VOCABULARY = 4096;
const DOCUMENT = 100_000;
const FOLDS = 5;

const { trained, scored, folder, threads } = JSON.parse(process.argv[2]);
const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const features = (path) => load(`stages/membership/features/${path}`);
const { NgramCorpus } = await load("compute/language-model/ngram-corpus.js");
const { NgramScorer, tokenScores } = await load("compute/language-model/score-ngram.js");
const { trainNgram } = await load("compute/language-model/train-ngram.js");
const { randomNumbers } = await load("compute/statistics/random-numbers.js");
const { FeatureExtraction } = await features("feature-extraction.js");
const { extractorsOf, FORMS, NORMS } = await features("feature-options.js");
const { combineDictionaries, countTokens, logReference, tokenFrequency } =
  await features("normalisation-dictionary.js");
const { ReproducibleSum } = await features("reproducible-sum.js");

const table = zipfTable(VOCABULARY);
const documents = Math.round(scored / DOCUMENT);
const phases = {};
mkdirSync(folder, { recursive: true });
const path = join(folder, "scores.f32");

const trie = await timed("train", () => {
  const corpus = new NgramCorpus(VOCABULARY);
  for (let i = 0; i < trained / DOCUMENT; i++) corpus.add(document(i));
  return trainNgram(corpus, 2);
});
const counts = Array.from({ length: FOLDS }, () => new Float64Array(VOCABULARY));
const means = counts.map(() => new ReproducibleSum(VOCABULARY, scored, documents));
const predicted = counts.map(() => 0);
await timed("score", scoreAll);
const survey = await timed("describe", describeAll);
const tokens = documents * DOCUMENT;
console.log(JSON.stringify({ tokens, documents, phases, ...survey, peak: process.resourceUsage().maxRSS * 1024 }));

async function timed(name, work) {
  const began = performance.now();
  const usage = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(usage);
  phases[name] = { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
  return value;
}

function document(stream) {
  const random = randomNumbers(1, stream);
  return Int32Array.from({ length: DOCUMENT }, () => table[Math.floor(random() * table.length)]);
}

function idsOf(index) {
  return document(1_000_000 + index);
}

function scoreAll() {
  const scorer = new NgramScorer(trie);
  const scores = tokenScores(DOCUMENT - 1, "float32");
  const file = openSync(path, "w");
  for (let index = 0; index < documents; index++) {
    const ids = idsOf(index);
    scorer.score(ids, 0, DOCUMENT, scores);
    writeSync(file, scores.logprob);
    writeSync(file, scores.maxLogprob);
    const mean = scorer.takeProbabilities();
    means[index % FOLDS].add(mean.sum);
    predicted[index % FOLDS] += mean.predicted;
    countTokens(ids, counts[index % FOLDS]);
  }
  closeSync(file);
}

async function describeAll() {
  const references = new Map();
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = [...counts.keys()].filter((other) => other !== fold);
    const tf = training.map((own) => ({ values: tokenFrequency(counts[own]), weight: predicted[own] }));
    const gp = training.map((own) => ({
      values: means[own].total().map((sum) => sum / predicted[own]),
      weight: predicted[own],
    }));
    references.set(fold, {
      tf: logReference(combineDictionaries("tf", tf)),
      gp: logReference(combineDictionaries("gp", gp)),
    });
  }
  const positions = Int32Array.from({ length: DOCUMENT - 1 }, (_, i) => i + 1);
  function* scores() {
    const file = openSync(path, "r");
    const [logprob, maxLogprob] = [new Float32Array(DOCUMENT - 1), new Float32Array(DOCUMENT - 1)];
    for (let index = 0; index < documents; index++) {
      readSync(file, logprob);
      readSync(file, maxLogprob);
      const window = new Int32Array(0);
      yield { docId: name(index), inputIds: idsOf(index), positions, window, logprob, maxLogprob };
    }
    closeSync(file);
  }
  const extraction = new FeatureExtraction({
    runId: "zipf/ngram-2",
    vocabulary: VOCABULARY,
    units: Array.from({ length: documents }, (_, index) => ({
      docId: name(index),
      fold: index % FOLDS,
      tokens: DOCUMENT,
    })),
    references,
    norms: NORMS,
    extractors: extractorsOf(["simple_agg", "hist"], DOCUMENT - 1),
    options: FORMS.corrected,
    threads,
    scores,
  });
  await extraction.survey();
  let numbers = 0;
  let sum = 0;
  for await (const { rows } of extraction.blocks()) {
    for (const { x, scaled } of rows()) {
      numbers += x.length + scaled.length;
      sum += scaled[0];
    }
  }
  return { numbers, sum };
}

function name(index) {
  return `d${String(index).padStart(6, "0")}`;
}
