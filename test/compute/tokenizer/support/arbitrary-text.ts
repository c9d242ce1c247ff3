import fc from "fast-check";

/** Characters at which tokenizers differ or break: white space of all kinds, marks, signs of two units, controls. */
const AWKWARD = [
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "\u0085",
  "\u00a0",
  "\u2003",
  "\u3000",
  "\ufeff",
  "'",
  "’",
  "'s",
  "'ll",
  "'RE",
  "e\u0301",
  "é",
  "ß",
  "ſ",
  "İ",
  "ﬁ",
  "Ⅷ",
  "²",
  "१",
  "東京",
  "ひ",
  "한국",
  "ا",
  "😀",
  "👩‍👩‍👧",
  "𝟘",
  "𐐀",
  "\u0000",
  "\u001c",
  "<|endoftext|>",
  "<s>",
  "▁",
  "Ġ",
  "__proto__",
  "1",
  "12345",
  "�",
];

const WORDS = ["the", " the", " of", " whale", "Call me", " Ishmael", ".", ", ", "aaaaaaa", " 1851", "\n\n"];

/** Well-formed text: words, awkward characters and any code points. */
export const arbitraryText = fc
  .array(
    fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...AWKWARD), fc.string({ unit: "binary", maxLength: 6 })),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));
