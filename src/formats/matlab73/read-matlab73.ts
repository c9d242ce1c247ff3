import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { type Hdf5File, openHdf5 } from "../hdf5/open-hdf5.js";
import type { MatlabFile, MatlabVariable } from "../matlab/matlab-value.js";
import { missingVariable } from "../matlab5/read-matlab5.js";
import { Matlab73Reader } from "./matlab73-reader.js";

export interface ReadMatlab73Options {
  /** Name of the file in errors. */
  readonly file: string;
  readonly limits?: Limits;
}

/**
 * Opens a MATLAB 7.3 file (`save -v7.3`, an HDF5 file behind a block of 512 bytes) from memory or by path. Values are the
 * same as those of a MATLAB 5 file: `dims` in MATLAB's order, elements column-major.
 * Cost: about a millisecond per cell of a cell array, besides the bytes.
 * @throws {FormatError} what {@link openHdf5} throws; `format/wrong-format` when no object says what MATLAB class it is.
 */
export async function readMatlab73(from: Uint8Array | string, options: ReadMatlab73Options): Promise<MatlabFile> {
  const { file, limits = DEFAULT_LIMITS } = options;
  const hdf5 = await openHdf5(from, { file, limits });
  try {
    const variables = listVariables(hdf5);
    return {
      file,
      version: "7.3",
      variables,
      read: (name) => {
        if (!variables.some((variable) => variable.name === name)) throw missingVariable(file, name, variables);
        return new Matlab73Reader(hdf5, limits, name).variable();
      },
      close: () => hdf5.close(),
    };
  } catch (cause) {
    hdf5.close();
    throw cause;
  }
}

/** Variables are the members of the root, but for `#refs#` and `#subsystem#`, where MATLAB keeps what they refer to. */
function listVariables(hdf5: Hdf5File): MatlabVariable[] {
  return hdf5
    .children("/")
    .map((entry) => entry.path.slice(1))
    .filter((name) => !name.startsWith("#"))
    .map((name) => Matlab73Reader.describe(hdf5, name));
}
