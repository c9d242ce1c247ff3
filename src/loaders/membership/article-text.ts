import { localName } from "../../formats/xml/xml-element.js";

export type Formulas = "drop" | "text";

/** Elements whose text is left out: tables, identifiers of parts, what is no text. */
const TABLES = new Set(["table-wrap", "table-wrap-group", "table"]);
const LEFT_OUT = new Set(["object-id", "ref-list", "annotation", "annotation-xml", "alt-text", "long-desc", ...TABLES]);
const FORMULAS = new Set(["inline-formula", "disp-formula", "disp-formula-group", "math", "tex-math"]);
/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  (
    "p title sec fig fig-group caption disp-quote list list-item def-list def-item boxed-text supplementary-material " +
    "statement speech speaker verse-group verse-line preformat code fn fn-group ack glossary app attrib break " +
    "sig-block"
  ).split(" "),
);
/** Elements with a blank around them. */
const SPACED = new Set(["label", "term", "def", "disp-formula", "disp-formula-group", "email"]);

interface Frame {
  readonly name: string;
  /** Of `alternatives`: whether one of its children has given text. */
  filled: boolean;
}

/**
 * The text of the body of a JATS article, fed element by element: every paragraph and heading on one line, a blank line
 * before every section, white space collapsed. Tables are left out; formulas are, or give the text of their MathML or
 * TeX; of alternatives the first with text is taken.
 */
export class ArticleText {
  readonly #formulas: Formulas;
  readonly #lines: string[] = [];
  readonly #path: Frame[] = [];
  #line = "";
  #blank = false;
  /** Whether the line holds a label alone, which the next block follows. */
  #labelled = false;
  #labelStart = 0;
  /** Depth of the element whose content is skipped. */
  #skipped: number | undefined;
  #tex: string | undefined;
  #formulaDepth = 0;
  formulaCount = 0;
  tableCount = 0;

  constructor({ formulas }: { readonly formulas: Formulas }) {
    this.#formulas = formulas;
  }

  open(tag: string): void {
    const name = localName(tag);
    const parent = this.#path.at(-1);
    this.#path.push({ name, filled: false });
    if (this.#skipped !== undefined) return;
    const isFormula = FORMULAS.has(name);
    if (isFormula && this.#formulaDepth === 0) this.formulaCount += 1;
    if (TABLES.has(name)) this.tableCount += 1;
    const isRivalled = parent?.name === "alternatives" && parent.filled;
    if (LEFT_OUT.has(name) || isRivalled || (isFormula && this.#formulas === "drop")) {
      this.#skipped = this.#path.length;
      if (SPACED.has(name)) this.#space();
      return;
    }
    if (isFormula) this.#formulaDepth += 1;
    if (name === "tex-math") this.#tex = "";
    if (name === "label") this.#labelStart = this.#line.length;
    if (BLOCKS.has(name) && !this.#labelled) this.#break();
    if (SPACED.has(name)) this.#space();
    if (name === "sec" && this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
  }

  text(piece: string): void {
    if (this.#skipped !== undefined) return;
    if (this.#tex !== undefined) this.#tex += piece;
    else this.#append(piece);
  }

  close(): void {
    const closed = this.#path.pop();
    if (closed === undefined) return;
    if (this.#skipped !== undefined) {
      if (this.#path.length < this.#skipped) this.#skipped = undefined;
      if (this.#skipped === undefined && SPACED.has(closed.name)) this.#space();
      return;
    }
    if (closed.name === "tex-math") {
      const tex = this.#tex ?? "";
      this.#tex = undefined;
      this.#append(/\\begin\{document\}([\s\S]*?)\\end\{document\}/.exec(tex)?.[1] ?? tex);
    }
    if (FORMULAS.has(closed.name)) this.#formulaDepth -= 1;
    if (closed.name === "label") this.#labelled = this.#labelStart === 0 && this.#line !== "";
    if (BLOCKS.has(closed.name)) this.#break();
    if (SPACED.has(closed.name)) this.#space();
  }

  /** The text so far. */
  finish(): string {
    this.#break();
    return this.#lines.join("\n").trim();
  }

  #append(piece: string): void {
    // White space between the elements of MathML means nothing.
    const inFormula = this.#formulaDepth > 0;
    const text = inFormula ? piece.replace(/^\s+$/, "") : piece;
    if (text === "") return;
    const collapsed = text.replace(/\s+/g, " ");
    if (collapsed.startsWith(" ")) this.#blank = true;
    const trimmed = collapsed.trim();
    if (trimmed === "") return;
    this.#labelled = false;
    this.#line += (this.#blank && this.#line !== "" ? " " : "") + trimmed;
    this.#blank = collapsed.endsWith(" ");
    for (let at = this.#path.length - 1; at >= 0; at--) {
      const frame = this.#path[at] as Frame;
      if (frame.name === "alternatives") frame.filled = true;
    }
  }

  #space(): void {
    this.#blank = true;
  }

  #break(): void {
    if (this.#line !== "") this.#lines.push(this.#line);
    this.#line = "";
    this.#blank = false;
    this.#labelled = false;
  }
}
