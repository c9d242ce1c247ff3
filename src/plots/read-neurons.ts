import { type NeuronFacts, neuronType } from "./neuron-order.js";
import type { PlotTables } from "./plot-tables.js";

export const NEURON_TABLE = "celegans_connectome.neuron";

/** Class and type of every neuron by name; undefined where there is no such table. */
export async function readNeurons(tables: PlotTables): Promise<ReadonlyMap<string, NeuronFacts> | undefined> {
  if (!tables.has(NEURON_TABLE)) return undefined;
  type Row = { label: string; class: string; type: string | null; ganglion: string | null };
  const rows = await tables.rows<Row>(
    `SELECT label, class, type, ganglion FROM ${NEURON_TABLE} ORDER BY label LIMIT 10000`,
  );
  return new Map(
    rows.map(({ label, class: neuronClass, type, ganglion }) => [
      label,
      { label, neuronClass, type: neuronType(type, ganglion) },
    ]),
  );
}
