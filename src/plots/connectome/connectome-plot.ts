import { chooseName } from "../choose-name.js";
import type { PlotKind } from "../plot-kind.js";
import { requireTable } from "../plot-tables.js";
import { NEURON_TABLE } from "../read-neurons.js";
import { connectomePicture } from "./connectome-picture.js";
import { readAnnotation } from "./read-annotation.js";
import { readConsensus } from "./read-consensus.js";

const PIPELINE = "celegans-connectome";
const CONSENSUS = "consensus";

/** `plot connectome [ANNOTATION]`: the consensus, or one annotation. */
export const connectomePlot: PlotKind = {
  name: "connectome",
  width: 1400,
  minimumWidth: 600,
  rowNoun: "rows",
  async draw(tables, { argument = CONSENSUS }, style) {
    requireTable(tables, NEURON_TABLE, PIPELINE);
    if (argument === CONSENSUS) {
      requireTable(tables, "celegans_connectome.consensus", PIPELINE);
      return { ...connectomePicture(await readConsensus(tables), style), subject: CONSENSUS };
    }
    for (const table of ["annotation", "edge"]) requireTable(tables, `celegans_connectome.${table}`, PIPELINE);
    const known = await tables.rows<{ annotation_id: string }>(
      "SELECT annotation_id FROM celegans_connectome.annotation ORDER BY annotation_id LIMIT 10000",
    );
    const names = [CONSENSUS, ...known.map(({ annotation_id: id }) => id)];
    const subject = chooseName("annotation", argument, names);
    return { ...connectomePicture(await readAnnotation(tables, subject), style), subject };
  },
};
