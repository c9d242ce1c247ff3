import type { Limits } from "../../base/limits.js";

/** What every reader of an image file takes beside its path. */
export interface OpenImageOptions {
  /** Name of the file in errors. */
  readonly file: string;
  /** Bounds of what is read; the default is that of `DEFAULT_LIMITS`. */
  readonly limits?: Limits;
}
