import { type SeededRandom, seededRandom } from "../seeded-random.js";

/** Function words by frequency; what stands between them is invented. */
const FUNCTION_WORDS =
  "the of and to a in that he was it his with as for had you not be is at on by which have or from this him but all she they were her my are me one their so an said them we who would been will no when there if more out up into do any your what has man could other than our some very time upon about may its only now like little then can should made did us such great before must two these see know over much down after first good mr. own never most old shall day where those came come himself way work without go make well long say might how am too even again still here through every under while last might think both".split(
    " ",
  );
const SYLLABLES =
  "ba be bri ca cal dar del do en fal fen gar gor hal hel in ka kel la lan lo ma mar mi mor na nel o or pel ra ren ri ro sa sel sha sor ta tam the tor u ul va ven wi wen ya".split(
    " ",
  );
const ENDINGS = ["", "", "", "s", "ed", "ing", "ly", "ness", "er", "tion"];
const SURNAMES = [
  "Ash",
  "Bram",
  "Carden",
  "Dell",
  "Everitt",
  "Fane",
  "Garth",
  "Holm",
  "Iden",
  "Jessop",
  "Kerr",
  "Lowe",
];

/** Words that exist in the invented language. */
const WORDS = 1500;

/** What one author's books are made of. Depends on nothing but `seed` and `book`. */
export interface ProseStyle {
  /** Curly quotes and em dashes instead of straight ones and double hyphens. */
  readonly curly: boolean;
}

let lexicon: readonly string[] | undefined;

function words(): readonly string[] {
  if (lexicon !== undefined) return lexicon;
  const random = seededRandom(7);
  const found = new Set<string>();
  while (found.size < WORDS) {
    const stem = Array.from({ length: 2 + random.integer(2) }, () => random.pick(SYLLABLES)).join("");
    found.add(stem + random.pick(ENDINGS));
  }
  lexicon = [...found];
  return lexicon;
}

/** A word of the language: few are common (frequency about 1 / rank), and a book has a liking for some. */
function drawWord(random: SeededRandom, liking: readonly string[]): string {
  if (random.chance(0.5)) return FUNCTION_WORDS[Math.floor(FUNCTION_WORDS.length * random.next() ** 2)] as string;
  if (random.chance(0.25)) return random.pick(liking);
  const all = words();
  return all[Math.floor(all.length * random.next() ** 3)] as string;
}

/**
 * Invented prose in paragraphs, lines wrapped at 72 characters, blank lines between paragraphs. The same for the same
 * seed and name on every machine; no sentence is anybody's.
 * @param characters At least so many.
 */
export function syntheticProse(options: {
  readonly seed: number;
  readonly name: string;
  readonly characters: number;
  readonly style: ProseStyle;
}): string {
  const random = seededRandom(options.seed).fork(`prose ${options.name}`);
  const liking = Array.from({ length: 40 }, () => random.pick(words()));
  const people = Array.from(
    { length: 4 },
    () => `${random.pick(["Mr.", "Mrs.", "Miss", "Dr."])} ${random.pick(SURNAMES)}`,
  );
  const [open, close, dash] = options.style.curly ? ["“", "”", "—"] : ['"', '"', "--"];
  const paragraphs: string[] = [];
  let length = 0;
  let chapter = 0;
  while (length < options.characters) {
    if (paragraphs.length % 12 === 0) paragraphs.push(`CHAPTER ${roman(++chapter)}`);
    const sentences = Array.from({ length: 2 + random.integer(5) }, () => {
      const drawn = Array.from({ length: 6 + random.integer(16) }, () => drawWord(random, liking));
      if (random.chance(0.35)) drawn.splice(random.integer(drawn.length), 0, random.pick(people));
      if (random.chance(0.12)) drawn.splice(1 + random.integer(drawn.length - 1), 0, dash);
      const sentence = `${(drawn[0] as string).charAt(0).toUpperCase()}${drawn.join(" ").slice(1)}${random.chance(0.1) ? "?" : "."}`;
      return random.chance(0.25) ? `${open}${sentence}${close}` : sentence;
    });
    paragraphs.push(wrapped(sentences.join(" ")));
    length += (paragraphs.at(-1) as string).length;
  }
  return `${paragraphs.join("\n\n")}\n`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > 72) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

function roman(number: number): string {
  const tens = ["", "X", "XX", "XXX", "XL", "L"][Math.floor(number / 10)] ?? "";
  return tens + (["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][number % 10] as string);
}
