import { createHash } from "node:crypto";
import type { NgramTrie } from "./ngram-trie.js";

/**
 * SHA-256 of a model's content: order, vocabulary, and every n-gram with its count, in order. The same text gives the
 * same one, whatever the order in which it was added.
 */
export function ngramDigest({ order, vocabulary, levels }: NgramTrie): string {
  const hash = createHash("sha256").update(`interpolated Witten-Bell ${order} ${vocabulary}\n`);
  for (const { token, count, followers } of levels) {
    for (const array of [Uint32Array.of(token.length), token, count, followers]) {
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }
  return hash.digest("hex");
}
