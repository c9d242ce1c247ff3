import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as Library } from "@huggingface/tokenizers";
import fc from "fast-check";
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as r50k from "gpt-tokenizer/encoding/r50k_base";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { repositoryRoot } from "../../support/real-data.js";
import { arbitraryText } from "./support/arbitrary-text.js";
import { gpt2Definition, llama3Definition } from "./support/bundled-ranks.js";

/** Prose, tables and code of this repository. */
const texts = ["docs", "src/base"].flatMap((folder) =>
  readdirSync(join(repositoryRoot, folder))
    .filter((name) => /\.(md|ts)$/.test(name))
    .map((name) => readFileSync(join(repositoryRoot, folder, name), "utf8")),
);

const asText = { disallowedSpecial: new Set<string>() };

/** Where the readers in JavaScript take another sign for white space than those in Python and Rust. */
const differsInWhiteSpace = /[\u0085\ufeff]/;

const plainText = arbitraryText.map((text) => text.replace(new RegExp(differsInWhiteSpace, "g"), " "));

describe("GPT-2's vocabulary", async () => {
  const definition = gpt2Definition();
  const gpt2 = await openTokenizer(definition);

  it("gives the numbers of gpt-tokenizer on prose, tables and code", () => {
    expect(texts.join("").length).toBeGreaterThan(100_000);
    for (const text of texts) {
      const { ids } = gpt2.encode(text);
      expect(Array.from(ids)).toEqual(r50k.encode(text, asText));
      expect(gpt2.decode(ids)).toBe(text);
    }
  });

  it("gives the numbers of gpt-tokenizer on any text", () => {
    fc.assert(
      fc.property(plainText, (text) => {
        expect(Array.from(gpt2.encode(text).ids)).toEqual(r50k.encode(text, asText));
      }),
      { numRuns: 300 },
    );
  });

  it("has the published numbers", () => {
    expect(gpt2.vocabulary).toBe(50257);
    expect(Array.from(gpt2.encode("Hello world").ids)).toEqual([15496, 995]);
    // tiktoken 0.14 and HuggingFace's tokenizers 0.23 give these: U+FEFF is a sign, U+0085 white space.
    expect(Array.from(gpt2.encode("a\ufeffb\u0085c").ids)).toEqual([64, 171, 119, 123, 65, 126, 227, 66]);
  });

  it("takes <|endoftext|> for text, and decodes its number", () => {
    const text = "one<|endoftext|>two";
    const { ids, charStart } = gpt2.encode(text);
    expect(Array.from(ids)).toEqual(r50k.encode(text, asText));
    expect(ids).not.toContain(50256);
    expect(Array.from(charStart)).toEqual([0, 3, 4, 5, 8, 10, 14, 15, 16]);
    expect(gpt2.decode([50256])).toBe("<|endoftext|>");
    expect(gpt2.decode(ids)).toBe(text);
  });

  it("may change tokens when a window is decoded and encoded again", () => {
    const { ids } = gpt2.encode("unbelievably so 😀");
    const again = Array.from({ length: ids.length }, (_, i) => {
      const window = ids.slice(i);
      return String(gpt2.encode(gpt2.decode(window)).ids) === String(window);
    });
    expect(again[0]).toBe(true);
    expect(again).toContain(false);
  });

  it("is what HuggingFace's library reads too", () => {
    const library = new Library(JSON.parse(definition), {});
    const some = (texts[0] as string).slice(0, 20_000).replaceAll("<|endoftext|>", "");
    expect(library.encode(some).ids).toEqual(Array.from(gpt2.encode(some).ids));
  });
});

describe("a vocabulary cut by a regular expression of its own", async () => {
  const llama3 = await openTokenizer(llama3Definition());

  it("gives the numbers of gpt-tokenizer on prose, tables and code", () => {
    for (const text of texts) expect(Array.from(llama3.encode(text).ids)).toEqual(cl100k.encode(text, asText));
  });

  it("has the place of every token", () => {
    fc.assert(
      fc.property(arbitraryText, (text) => {
        const { ids, charStart } = llama3.encode(text);
        expect(llama3.decode(ids)).toBe(text);
        let byte = 0;
        const before = Buffer.from(text);
        for (const [at, id] of ids.entries()) {
          // Code points that begin before this byte or at it, less the one it lies in.
          const begun = before.subarray(0, byte + 1).filter((each) => (each & 0xc0) !== 0x80).length;
          expect(charStart[at]).toBe(begun - 1);
          byte += llama3.vocabulary > id ? bytesOf(id) : Number.NaN;
        }
      }),
    );
    function bytesOf(id: number): number {
      return cl100kBytes.get(id) as number;
    }
  });

  const cl100kBytes = new Map<number, number>(
    Object.entries((JSON.parse(llama3Definition()) as { model: { vocab: Record<string, number> } }).model.vocab).map(
      ([token, id]) => [id, token.length],
    ),
  );
});
