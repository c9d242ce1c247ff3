/**
 * What a loader outside this package is written with: `import { … } from "neurotables/loader"`. The readers are bounded
 * and load their libraries when first used.
 */
export { z } from "zod";
export { ContractError, FormatError, LoadError, NeurotablesError } from "../base/errors.js";
export type { Limits } from "../base/limits.js";
export { gunzipBounded } from "../formats/archive/gzip.js";
export { readZip } from "../formats/archive/zip-archive.js";
export { columnIndex } from "../formats/delimited-text/delimited-table.js";
export { readDelimited } from "../formats/delimited-text/read-delimited.js";
export { openHdf5 } from "../formats/hdf5/open-hdf5.js";
export { parseJson } from "../formats/json/parse-json.js";
export { matlabRowMajor, matlabStrings } from "../formats/matlab/matlab-value.js";
export { readMatlab } from "../formats/matlab/read-matlab.js";
export { readSpreadsheet } from "../formats/spreadsheet/read-spreadsheet.js";
export type { Row } from "../tables/contract.js";
export type { TableSink, TableSource } from "../tables/table-io.js";
export type { Drop, LoadContext, Loader, SourceFile } from "./loader.js";
