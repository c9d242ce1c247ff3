// node ngram-tokens.mjs '{"order":2,"trained":10000000,"scored":100000000,"way":"scores"}': trains the n-gram model on
// Zipf-distributed tokens and scores others, document by document. Prints one line of JSON. Ways: train, logprob, scores,
// stored (scores written as token_score below "folder").
import { join } from "node:path";
import { zipfTable } from "./zipf.mjs";

const VOCABULARY = 4096;
const DOCUMENT = 100_000;

const { order, trained, scored, way, folder } = JSON.parse(process.argv[2]);
const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { NgramCorpus } = await load("compute/language-model/ngram-corpus.js");
const { logProbabilities, NgramCursor } = await load("compute/language-model/ngram-cursor.js");
const { trieBytes } = await load("compute/language-model/ngram-trie.js");
const { NgramScorer, tokenScores } = await load("compute/language-model/score-ngram.js");
const { trainNgram } = await load("compute/language-model/train-ngram.js");
const { randomNumbers } = await load("compute/statistics/random-numbers.js");

const table = zipfTable(VOCABULARY);

const corpus = new NgramCorpus(VOCABULARY);
for (let i = 0; i < trained / DOCUMENT; i++) corpus.add(document(i));
const began = clock();
const trie = trainNgram(corpus, order);
const training = since(began);
const result = { training, modelBytes: trieBytes(trie), ngrams: trie.levels.map(({ token }) => token.length) };
if (way !== "train") Object.assign(result, { scoring: await score() });
console.log(JSON.stringify({ ...result, peak: process.resourceUsage().maxRSS * 1024 }));

function document(stream) {
  const random = randomNumbers(1, stream);
  return Int32Array.from({ length: DOCUMENT }, () => table[Math.floor(random() * table.length)]);
}

/** Seconds of scoring alone: the making of documents, which takes as long, is left out. */
async function score() {
  const seconds = { wall: 0, cpu: 0 };
  const run = await scorerOf();
  for (let i = 0; i < scored / DOCUMENT; i++) {
    const ids = document(1_000_000 + i);
    const started = clock();
    run.document(ids, i);
    const taken = since(started);
    seconds.wall += taken.wall;
    seconds.cpu += taken.cpu;
  }
  const started = clock();
  await run.finish();
  const taken = since(started);
  return { wall: seconds.wall + taken.wall, cpu: seconds.cpu + taken.cpu };
}

async function scorerOf() {
  if (way === "logprob") {
    const [cursor, into] = [new NgramCursor(trie), new Float32Array(DOCUMENT)];
    return { document: (ids) => logProbabilities(cursor, ids, into), finish() {} };
  }
  const scorer = new NgramScorer(trie);
  const scores = {
    ...tokenScores(DOCUMENT, "float32"),
    position: Int32Array.from({ length: DOCUMENT }, (_unused, i) => i + 1),
    window: Int32Array.from({ length: DOCUMENT }, (_unused, i) => Math.floor(i / 127)),
  };
  const scoreAll = (ids) => {
    scorer.score(ids, 0, ids.length, scores);
    return scorer.takeProbabilities();
  };
  if (way === "scores") return { document: scoreAll, finish() {} };
  const { readContract } = await load("tables/contract-file.js");
  const { TableWriter } = await load("tables/table-writer.js");
  const { TokenScoreWriter } = await load("stages/membership/score-ngram-columns.js");
  const path = new URL("../../schemas/membership/token_score.yaml", import.meta.url).pathname;
  const contract = await readContract(path);
  const table = TableWriter.create({ contract, directory: folder, temporaryDirectory: join(folder, "spill") });
  const writer = new TokenScoreWriter(table);
  return {
    document(ids, i) {
      scoreAll(ids);
      writer.write("zipf/ngram", `d${String(i).padStart(6, "0")}`, scores, ids.length - 1);
    },
    async finish() {
      writer.flush();
      await table.finish();
    },
  };
}

function clock() {
  return { wall: performance.now(), cpu: process.cpuUsage() };
}

function since({ wall, cpu }) {
  const used = process.cpuUsage(cpu);
  return { wall: (performance.now() - wall) / 1000, cpu: (used.user + used.system) / 1e6 };
}
