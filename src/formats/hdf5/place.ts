import { FormatError } from "../../base/errors.js";

/** A file and an object in it, for errors. */
export interface StoragePlace {
  readonly file: string;
  readonly path: string;
}

/** A format error that names file and object. */
export function storageError(place: StoragePlace, problem: string, message: string, wayOut?: string): FormatError {
  return new FormatError(problem, `${place.file}: ${place.path}: ${message}`, {
    fields: { file: place.file, dataset: place.path },
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}
