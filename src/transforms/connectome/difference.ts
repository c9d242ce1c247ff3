import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import { NEURON_LABELS } from "../../tables/neuron-registry.js";
import type { Transform } from "../transform.js";
import { type Ablation, ablate, type Difference } from "./ablation.js";
import { SLOTS } from "./annotation-weights.js";
import { type ConsensusGrid, runConsensusProcedure, STATES } from "./consensus-procedure.js";
import { numberOrNull, PUBLISHED_INPUTS, pythonList, readPublishedInput, sourceNames } from "./published-consensus.js";
import { coverageSentence, type PublishedInput } from "./published-input.js";

const parameters = z.strictObject({});

/**
 * Records → `connectome_diff`: every quantity of every ordered pair on which the published and the corrected
 * consensus of the same sources differ, with the defects that cause it. Cost: 26 runs of the procedure, about 2 s.
 */
export const difference: Transform<z.infer<typeof parameters>> = {
  name: "connectome/difference",
  description: "Where the published and the corrected consensus differ, and why",
  inputs: PUBLISHED_INPUTS,
  outputs: ["connectome_diff"],
  parameters,
  async run(context) {
    const input = await readPublishedInput(context);
    context.log.info(coverageSentence(input));
    let runs = 0;
    const ablation = ablate((flags, reuse) => {
      context.signal.throwIfAborted();
      context.progress(++runs, Math.max(runs, 26), "runs");
      return runConsensusProcedure(input, flags, reuse);
    });
    context.sink("connectome_diff").write(differenceRows(input, ablation));
  },
};

/** The rows of `connectome_diff`. */
export function* differenceRows(input: PublishedInput, ablation: Ablation): Generator<Row> {
  const { published, corrected } = ablation;
  for (const found of ablation.differences) {
    const { pair, quantity, causes, effect } = found;
    const [counts, sections] = quantity.numbers;
    yield {
      pre: NEURON_LABELS[Math.floor(pair / SLOTS)],
      post: NEURON_LABELS[pair % SLOTS],
      quantity: quantity.name,
      compat_value: counts === undefined ? null : numberOrNull(published[counts][pair]),
      corrected_count: counts === undefined ? null : numberOrNull(corrected[counts][pair]),
      corrected_sections: sections === undefined ? null : numberOrNull(corrected[sections][pair]),
      compat_text: textOf(input, found, published),
      corrected_text: textOf(input, found, corrected),
      causes,
      effect,
    };
  }
}

function textOf(input: PublishedInput, { pair, quantity }: Difference, grid: ConsensusGrid): string | null {
  if (quantity.code === undefined) return null;
  const code = grid[quantity.code][pair] as number;
  return quantity.code === "sources" ? pythonList(sourceNames(input, code)) : (STATES[code] as string);
}
