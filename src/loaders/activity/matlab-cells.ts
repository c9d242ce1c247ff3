import { onlyFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";
import { loadBuiltWorm } from "./built-worm.js";
import { withMatlabFile } from "./matlab-access.js";
import {
  dropMatlabField,
  type MatlabCellsParameters,
  matlabCellsParameters,
  wormFields,
} from "./matlab-cells-fields.js";
import { buildWorm } from "./matlab-cells-worm.js";
import { baseName } from "./matlab-conditions.js";
import { structName, wormStruct } from "./matlab-worm-fields.js";
import { RECORDING_TABLES } from "./write-recording.js";

/**
 * MATLAB files (7.3 or 5) with several worms in the cells of one struct: Kato 2015, Nichols 2017, Skora 2018,
 * Kaplan 2020, Uzel 2022 (specification 2.2). Every column of a T x N matrix becomes an ROI, named or not, with all
 * candidates of its name; the label is the first that is not empty. ROIs count from 1. A worm that cannot be loaded fails
 * by itself. Cost: the file once in memory.
 */
export const matlabCells: Loader<MatlabCellsParameters> = {
  name: "activity/matlab-cells",
  description: "MATLAB files with several worms in the cells of a struct (Zimmer laboratory)",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters: matlabCellsParameters,
  async load(context) {
    const file = onlyFile(context.files);
    await withMatlabFile(context, file, (matlab) => {
      const name = structName(matlab, file, baseName(file), context.parameters.struct);
      for (const variable of matlab.variables) {
        if (variable.name === name) continue;
        dropMatlabField(
          context,
          file,
          variable.name,
          "unknown_variable",
          `${variable.class} ${variable.dims.join(" x ")}`,
        );
      }
      const [primary] = context.parameters.traces;
      const struct = wormStruct(file, name, matlab.read(name), primary?.fields ?? []);
      const fields = wormFields(context, struct);
      for (let worm = 0; worm < struct.worms; worm++) {
        const wormUid = `${baseName(file)}/${fields.uids[worm]}`;
        loadBuiltWorm(context, { file, wormUid }, () => buildWorm(context.parameters, fields, worm, wormUid));
      }
    });
  },
};
