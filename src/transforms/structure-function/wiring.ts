import type { ConsensusRow, FunctionalEdgeRow } from "../../tables/generated/celegans_connectome.js";
import { NEURONS } from "../../tables/neuron-registry.js";
import type { TableSource } from "../../tables/table-io.js";

type Consensus = Pick<ConsensusRow, "pre" | "post" | "kind" | "state" | "mean_count_covering">;
type Functional = Pick<FunctionalEdgeRow, "atlas_id" | "strain" | "stimulated" | "responding" | "value">;

/** Which functional atlas is joined: the first of these that has a response of animals of this strain. */
export interface AtlasChoice {
  readonly atlases: readonly string[];
  readonly strain: string;
}

/** What the consensus and a functional atlas say of pairs of neurons, looked up by name. */
export class Wiring {
  readonly #positions = new Map(NEURONS.map(({ label }, position) => [label, position]));
  readonly #chemical = this.#grid();
  readonly #gap = this.#grid();
  #functional = this.#grid();

  /** Reads both tables. Cost: a second for the 137,000 rows of the consensus. */
  static async read(options: {
    readonly consensus: TableSource;
    readonly functionalEdge: TableSource;
    readonly choice: AtlasChoice;
  }): Promise<Wiring> {
    const wiring = new Wiring();
    const columns = ["pre", "post", "kind", "state", "mean_count_covering"];
    for await (const row of options.consensus.rows<Consensus>(columns)) wiring.#addConsensus(row);
    const { atlases, strain } = options.choice;
    const grids = new Map(atlases.map((atlas) => [atlas, { grid: wiring.#grid(), responses: 0 }]));
    const functionalColumns = ["atlas_id", "strain", "stimulated", "responding", "value"];
    for await (const row of options.functionalEdge.rows<Functional>(functionalColumns)) {
      const atlas = grids.get(row.atlas_id);
      if (atlas === undefined || row.strain !== strain) continue;
      const at = wiring.#at(row.stimulated, row.responding);
      if (at === undefined) continue;
      atlas.grid[at] = row.value;
      atlas.responses++;
    }
    const first = [...grids.values()].find(({ responses }) => responses > 0);
    if (first !== undefined) wiring.#functional = first.grid;
    return wiring;
  }

  /** Mean synapse count from → to over the covering lineages; 0 where absent, null where not covered or not counted. */
  chemical(from: string, to: string): number | null {
    return this.#value(this.#chemical, from, to);
  }

  /** Mean count of gap junctions between the two, in any order; 0 and null as for chemical synapses. */
  gap(one: string, other: string): number | null {
    return one <= other ? this.#value(this.#gap, one, other) : this.#value(this.#gap, other, one);
  }

  /** The response of one neuron to the stimulation of another, as the atlas states it; null when it states none. */
  functional(stimulated: string, responding: string): number | null {
    return this.#value(this.#functional, stimulated, responding);
  }

  #addConsensus({ pre, post, kind, state, mean_count_covering }: Consensus): void {
    const at = this.#at(pre, post);
    if (at === undefined || state === "not_covered") return;
    const value = mean_count_covering ?? (state === "absent" ? 0 : Number.NaN);
    (kind === "gap" ? this.#gap : this.#chemical)[at] = value;
  }

  #grid(): Float64Array {
    return new Float64Array(NEURONS.length ** 2).fill(Number.NaN);
  }

  #at(from: string | null, to: string | null): number | undefined {
    const row = from === null ? undefined : this.#positions.get(from);
    const column = to === null ? undefined : this.#positions.get(to);
    return row === undefined || column === undefined ? undefined : row * NEURONS.length + column;
  }

  #value(grid: Float64Array, from: string, to: string): number | null {
    const at = this.#at(from, to);
    const value = at === undefined ? Number.NaN : (grid[at] as number);
    return Number.isNaN(value) ? null : value;
  }
}
