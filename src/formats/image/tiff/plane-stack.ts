/** How the pages of a file make up one array: planes in C order over some axes, each a page. */
export interface PlaneStack {
  readonly format: "tiff" | "ome-tiff" | "imagej-tiff";
  /** Letters of the axes before y and x, slowest first, and their sizes. */
  readonly axes: string;
  readonly sizes: readonly number[];
  /** What the description says of the pages; undefined where it says nothing. */
  readonly width?: number;
  readonly height?: number;
  /** Number of the page that holds a plane; −1 when none does. */
  readonly pageOf: (plane: number) => number;
  /** Micrometres. */
  readonly spacing: {
    readonly x?: number | undefined;
    readonly y?: number | undefined;
    readonly z?: number | undefined;
  };
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A stack of pages that nothing is said of: along z. */
export function plainPlanes(pages: number): PlaneStack {
  return { format: "tiff", axes: "z", sizes: [pages], pageOf: (plane) => plane, spacing: {}, attributes: {} };
}
