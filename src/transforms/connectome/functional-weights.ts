import type { FunctionalEdgeRecordRow } from "../../tables/generated/celegans_connectome.js";
import { slotOf } from "../../tables/neuron-registry.js";
import { SLOTS } from "./annotation-weights.js";
import type { CellResolver } from "./cell-resolver.js";
import type { DefectFlags } from "./defect-flag.js";

/** A row of `functional_edge_record`. */
export type FunctionalEdgeRecord = FunctionalEdgeRecordRow;

/** Largest false discovery rate of a functional connection. */
export const SIGNIFICANT_Q = 0.05;

/** Whether a response is significant; null where the source gives no q. */
export function isSignificant(record: Pick<FunctionalEdgeRecord, "q">): boolean | null {
  return record.q === null || record.q === undefined ? null : record.q < SIGNIFICANT_Q;
}

/** The functional source on the grid of slots under no_alias, func_sheet and f32_weight. */
export class FunctionalWeights {
  readonly #records: readonly FunctionalEdgeRecord[];
  readonly #resolver: CellResolver;
  readonly #cache = new Map<string, Float64Array>();

  constructor(records: readonly FunctionalEdgeRecord[], resolver: CellResolver) {
    this.#records = records;
    this.#resolver = resolver;
  }

  /**
   * Values from → to, NaN where there is none. Under `func_sheet` row → column of the records that the published test
   * keeps, else stimulated → responding of the significant ones (specification sections 3.3 and 3.4 rule 6).
   */
  grid(flags: DefectFlags): Float64Array {
    const key = `${flags.no_alias} ${flags.func_sheet} ${flags.f32_weight}`;
    const known = this.#cache.get(key) ?? this.#compute(flags);
    this.#cache.set(key, known);
    return known;
  }

  #compute(flags: DefectFlags): Float64Array {
    const grid = new Float64Array(SLOTS * SLOTS).fill(Number.NaN);
    for (const record of this.#records) {
      const keeps = flags.func_sheet ? record.published : isSignificant(record) === true;
      if (!keeps || record.value === 0) continue;
      const from = flags.func_sheet ? record.row_label_raw : record.stimulated_raw;
      const to = flags.func_sheet ? record.column_label_raw : record.responding_raw;
      const slots = [from, to].map((raw) =>
        slotOf(flags.no_alias ? raw : this.#resolver.resolve(raw, record.source_id).cell),
      );
      if (slots[0] == null || slots[1] == null) continue;
      const pair = slots[0] * SLOTS + slots[1];
      if (!Number.isNaN(grid[pair] as number)) continue;
      grid[pair] = flags.f32_weight ? Math.fround(record.value) : record.value;
    }
    return grid;
  }
}
