import type { Picture, PictureStyle } from "./picture.js";
import type { PlotTables } from "./plot-tables.js";

/** What a person asks of a picture, beyond its kind and looks. */
export interface PlotRequest {
  /** What follows the kind: a recording, an annotation. */
  readonly argument: string | undefined;
  /** Show what is left out by default. */
  readonly all: boolean;
  /** Behaviour channels to show, in order; empty: the usual ones. */
  readonly channels: readonly string[];
}

export interface PlotResult extends Picture {
  /** What the picture shows: the full name of a recording or annotation. */
  readonly subject: string;
}

/** One kind of picture. A new one is a value of this type in the catalogue, and a line in the verb's help. */
export interface PlotKind {
  readonly name: string;
  /** Width in px unless asked otherwise, and the least in which it is legible. */
  readonly width: number;
  readonly minimumWidth: number;
  /** What its rows are called: `rows`, `panels`. */
  readonly rowNoun: string;
  /**
   * Reads what it needs and draws it.
   * @throws {UsageError} a table or what `request` names is missing.
   */
  draw(tables: PlotTables, request: PlotRequest, style: PictureStyle): Promise<PlotResult>;
}
