import type { FloatBuffer } from "../device/command.js";

/** The numbers of a buffer of the reference device, in place. */
export type NumbersOf = (buffer: FloatBuffer) => Float64Array;
