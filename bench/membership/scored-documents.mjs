// Documents with token scores, as a language model would give them, for benchmarks of features: files that every way of
// computing them reads. Tokens are Zipf-distributed; surprise grows with the rarity of the token, differs between
// documents and has noise.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipfTable } from "./zipf.mjs";

const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

/** Writes ids.i32, logprob.f32, maximum.f32, and the dictionaries of every fold, tf.f64 and gp.f64, below `folder`. */
export async function writeScoredDocuments({ folder, documents, tokens, vocabulary, folds, seed = 1 }) {
  mkdirSync(folder, { recursive: true });
  const { randomNumbers } = await load("compute/statistics/random-numbers.js");
  const { combineDictionaries, countTokens, tokenFrequency } = await load(
    "stages/membership/features/normalisation-dictionary.js",
  );
  const table = zipfTable(vocabulary);
  const ids = new Int32Array(documents * tokens);
  const logprob = new Float32Array(documents * (tokens - 1));
  const maximum = new Float32Array(documents * (tokens - 1));
  const counts = Array.from({ length: folds }, () => new Float64Array(vocabulary));
  const means = Array.from({ length: folds }, () => new Float64Array(vocabulary));
  for (let document = 0; document < documents; document++) {
    const random = randomNumbers(seed, document);
    const own = ids.subarray(document * tokens, (document + 1) * tokens);
    for (let i = 0; i < tokens; i++) own[i] = table[Math.floor(random() * table.length)];
    const ease = 0.7 + 0.2 * random();
    for (let i = 1; i < tokens; i++) {
      const surprise = ease * (random() + random()) * Math.log(2 + own[i]) + 0.01 * random();
      const at = document * (tokens - 1) + i - 1;
      logprob[at] = -surprise;
      maximum[at] = -surprise * random() ** 2;
    }
    countTokens(own, counts[document % folds]);
  }
  // A model that knows unigrams, and no two folds of which are alike.
  for (const [fold, mean] of means.entries()) {
    const random = randomNumbers(seed, documents + fold);
    let total = 0;
    for (let v = 0; v < vocabulary; v++) total += mean[v] = (0.8 + 0.4 * random()) / (v + 1);
    for (let v = 0; v < vocabulary; v++) mean[v] /= total;
  }
  const weight = (own) => own.reduce((sum, count) => sum + count, 0);
  const dictionaries = { tf: [], gp: [] };
  for (let fold = 0; fold < folds; fold++) {
    const training = Array.from({ length: folds }, (_, other) => other).filter((other) => other !== fold);
    const chunk = (values, other) => ({ values, weight: weight(counts[other]) });
    const frequencies = training.map((other) => chunk(tokenFrequency(counts[other]), other));
    dictionaries.tf.push(combineDictionaries("tf", frequencies).values);
    dictionaries.gp.push(
      combineDictionaries(
        "gp",
        training.map((other) => chunk(means[other], other)),
      ).values,
    );
  }
  const save = (name, ...arrays) => {
    writeFileSync(join(folder, name), Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer))));
  };
  save("ids.i32", ids);
  save("logprob.f32", logprob);
  save("maximum.f32", maximum);
  save("tf.f64", ...dictionaries.tf);
  save("gp.f64", ...dictionaries.gp);
}

/** The array that a file of {@link writeScoredDocuments} holds. */
export function readArray(folder, name) {
  const type = { i32: Int32Array, f32: Float32Array, f64: Float64Array }[name.split(".").at(-1)];
  const bytes = readFileSync(join(folder, name));
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
