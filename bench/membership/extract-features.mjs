// node extract-features.mjs '{"folder":"…","documents":200,"tokens":20000,"vocabulary":4096,"folds":5,"bins":1000,"out":"…","threads":1}':
// features of documents that scored-documents.mjs wrote, by FeatureExtraction. Prints the seconds and the peak memory;
// features, raw and scaled, go into the file "out": fold, normalisation, extractor, document, column.
import { openSync, writeSync } from "node:fs";
import { readArray } from "./scored-documents.mjs";

const { folder, documents, tokens, vocabulary, folds, bins, out, threads } = JSON.parse(process.argv[2]);
const load = (path) => import(new URL(`../../dist/stages/membership/features/${path}`, import.meta.url).href);
const { FeatureExtraction } = await load("feature-extraction.js");
const { extractorsOf, FORMS, NORMS } = await load("feature-options.js");

const [ids, logprob, maximum] = ["ids.i32", "logprob.f32", "maximum.f32"].map((name) => readArray(folder, name));
const tf = readArray(folder, "tf.f64");
const gp = readArray(folder, "gp.f64");
const name = (document) => `d${String(document).padStart(6, "0")}`;
const positions = Int32Array.from({ length: tokens - 1 }, (_, i) => i + 1);
const scored = Array.from({ length: documents }, (_, document) => ({
  docId: name(document),
  inputIds: ids.subarray(document * tokens, (document + 1) * tokens),
  positions,
  window: new Int32Array(0),
  logprob: logprob.subarray(document * (tokens - 1), (document + 1) * (tokens - 1)),
  maxLogprob: maximum.subarray(document * (tokens - 1), (document + 1) * (tokens - 1)),
}));
const outputs = [];

const began = performance.now();
const usage = process.cpuUsage();
const references = new Map(
  Array.from({ length: folds }, (_, fold) => [fold, { tf: logOf(tf, fold), gp: logOf(gp, fold) }]),
);
const extraction = new FeatureExtraction({
  runId: "bench/model",
  vocabulary,
  units: scored.map(({ docId }, document) => ({ docId, fold: document % folds, tokens })),
  references,
  norms: NORMS,
  extractors: extractorsOf(["simple_agg", `hist_${bins}`], tokens),
  options: FORMS.published,
  threads,
  scores: () => scored,
});
await extraction.survey();
for await (const { columns, rows } of extraction.blocks()) {
  const block = new Float64Array(2 * documents * columns.length);
  let row = 0;
  for (const { x, scaled } of rows()) {
    block.set(x, row * columns.length);
    block.set(scaled, (documents + row) * columns.length);
    row++;
  }
  outputs.push(block);
}
const wall = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(usage);
const peak = process.resourceUsage().maxRSS * 1024;

const file = openSync(out, "w");
for (const block of outputs) writeSync(file, new Uint8Array(block.buffer));
console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, peak }));

/** log R of a fold; a token that is not in the dictionary has half the smallest R. */
function logOf(dictionaries, fold) {
  const own = dictionaries.subarray(fold * vocabulary, (fold + 1) * vocabulary);
  const smallest = own.reduce((least, value) => (value > 0 && value < least ? value : least), Number.POSITIVE_INFINITY);
  return own.map((value) => Math.log(value > 0 ? value : smallest / 2));
}
