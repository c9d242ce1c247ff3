import { LoadError } from "../../base/errors.js";
import type { Row } from "../../tables/contract.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { cellNumber } from "./cell-number.js";

export type EdgeKind = "chemical" | "gap" | "nmj";

/** One record as a source states it; `weight` may be anything the format can hold. */
export interface RawEdge {
  readonly index: number;
  /** Where it stands: `sheet!H27`, `row 12`, `index 4`, `A[3,17]`. */
  readonly cell: string;
  readonly kind: EdgeKind;
  readonly typeRaw: string | null;
  readonly pre: string;
  readonly post: string;
  readonly weight: unknown;
}

export interface RecordDrop {
  readonly cell: string;
  readonly reason: string;
  readonly rule: string;
  readonly detail?: string;
}

/** Rules that every edge list and matrix follows, by reason. */
const RULES: Readonly<Record<string, string>> = {
  blank_weight: "a record without a weight states no connection",
  unparsable: "a weight is a finite decimal number",
  zero_weight: "a listed weight of zero states no connection",
  negative_weight: "an anatomical weight is positive",
  blank_cell: "both cells of a connection are named",
};

/**
 * Turns the records of one file into rows of `edge_record` of one annotation, and accounts for those that are none.
 * Nothing is written before {@link finish}: a file that turns out to be broken leaves no rows.
 */
export class EdgeWriter {
  readonly #context: Pick<LoadContext<unknown>, "sink" | "drop" | "countCarried">;
  readonly #file: SourceFile;
  readonly #annotation: string;
  readonly #rows: Row[] = [];
  #firstDrop: RecordDrop | undefined;

  constructor(options: {
    readonly context: Pick<LoadContext<unknown>, "sink" | "drop" | "countCarried">;
    readonly file: SourceFile;
    readonly annotation: string;
  }) {
    this.#context = options.context;
    this.#file = options.file;
    this.#annotation = options.annotation;
  }

  /** Carries a record over, or drops it with the reason. */
  add(edge: RawEdge): void {
    const { pre, post } = edge;
    const weight = cellNumber(edge.weight);
    const states = `${pre || "(blank)"} -> ${post || "(blank)"}`;
    if (pre === "" || post === "") this.#dropFor("blank_cell", edge.cell, states);
    else if ("reason" in weight) {
      const reason = weight.reason === "blank" ? "blank_weight" : "unparsable";
      this.#dropFor(reason, edge.cell, weight.text === "" ? states : `${states}: ${weight.text}`);
    } else if (weight.value === 0) this.#dropFor("zero_weight", edge.cell, states);
    else if (weight.value < 0) this.#dropFor("negative_weight", edge.cell, `${states}: ${weight.value}`);
    else {
      this.#rows.push({
        annotation_id: this.#annotation,
        source_id: this.#file.sourceId,
        record_index: edge.index,
        source_cell: edge.cell,
        kind: edge.kind,
        type_raw: edge.typeRaw,
        pre_raw: pre,
        post_raw: post,
        weight: weight.value,
      });
    }
  }

  /** Accounts for a record that the loader's own rule leaves out. */
  drop(drop: RecordDrop): void {
    this.#firstDrop ??= drop;
    this.#context.drop({ file: this.#file, scope: "edge", item: drop.cell, ...withoutCell(drop) });
  }

  /**
   * Writes the rows.
   * @throws {LoadError} `load/no-records` when every record was dropped, naming the first: the loader or its
   * parameters do not fit the file.
   */
  finish(): void {
    if (this.#rows.length === 0) {
      const why = this.#firstDrop;
      const example =
        why === undefined ? "it has none" : `${why.cell}: ${why.reason}${why.detail ? ` (${why.detail})` : ""}`;
      throw new LoadError("no-records", `${this.#file.path} gives no record that can be carried over; ${example}`, {
        fields: { file: this.#file.path, ...(why === undefined ? {} : { cell: why.cell, reason: why.reason }) },
        wayOut: "Check that this loader and its parameters are meant for this file.",
      });
    }
    this.#context.sink("edge_record").write(this.#rows);
    this.#context.countCarried(this.#file, this.#rows.length);
  }

  #dropFor(reason: string, cell: string, detail: string): void {
    this.drop({ cell, reason, rule: RULES[reason] as string, detail });
  }
}

function withoutCell({ cell: _, ...rest }: RecordDrop): Omit<RecordDrop, "cell"> {
  return rest;
}
