import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Transform } from "../transform.js";
import { pairCorrelations } from "./correlation.js";
import type { LabelledRecording } from "./labelled-traces.js";
import { Wiring } from "./wiring.js";

const parameters = z.strictObject({
  min_confidence: z
    .number()
    .default(2.5)
    .describe("least confidence of a label, on the scale of its source; labels without one pass"),
  max_lag_s: z
    .number()
    .min(0)
    .default(5)
    .describe(
      "longest lag in seconds at which the two may go together best; 0 looks at none, and takes a tenth of the time",
    ),
  atlases: z
    .array(z.string().min(1))
    .default(["funconn", "funconn_json"])
    .describe("functional atlases (atlas_id), of which the first that is there is joined"),
  strain: z.string().min(1).default("wild type").describe("strain of the animals of the functional atlas"),
});

export type PairParameters = z.infer<typeof parameters>;

/** Rounding of a lag in samples: 5 s are 15 samples of 0.333 s, and 3 s are 10 of 0.3 s. */
const LAG_ROUNDING = 1e-9;

/**
 * Traces of `celegans_activity` and the wiring of `celegans_connectome` → `pair`: for every recording and pair of
 * labelled neurons, how their resampled traces go together and how they are connected.
 *
 * Chemical and gap: `mean_count_covering` of the consensus (0 where absent; null where no lineage covers the pair, or
 * only EM sections do). Functional: `value` of the preferred atlas, stimulated → responding, whatever its significance.
 * One recording is in memory at a time. About 35,000 pairs per second with the default lags and 8 minutes of recording,
 * see {@link pairCorrelations}.
 */
export const pairs: Transform<PairParameters> = {
  name: "structure-function/pairs",
  description: "Correlation of labelled neurons in each recording, beside their synapses and functional responses",
  inputs: [
    "celegans_activity.recording",
    "celegans_activity.roi",
    "celegans_activity.trace",
    "celegans_connectome.consensus",
    "celegans_connectome.functional_edge",
  ],
  outputs: ["pair"],
  parameters,
  async run(context) {
    const { min_confidence, max_lag_s, atlases, strain } = context.parameters;
    // Arrow is imported when it is needed: a run that finds everything cached reads the parameters alone.
    const { readLabelledRecordings, readLabels } = await import("./labelled-traces.js");
    const wiring = await Wiring.read({
      consensus: context.input("celegans_connectome.consensus"),
      functionalEdge: context.input("celegans_connectome.functional_edge"),
      choice: { atlases, strain },
    });
    const labels = await readLabels({
      recording: context.input("celegans_activity.recording"),
      roi: context.input("celegans_activity.roi"),
      minConfidence: min_confidence,
    });
    const sink = context.sink("pair");
    let done = 0;
    for await (const recording of readLabelledRecordings(context.input("celegans_activity.trace"), labels)) {
      context.signal.throwIfAborted();
      sink.write(pairRows(recording, wiring, max_lag_s));
      context.progress(++done, labels.size, "recordings");
    }
  },
};

/** The rows of one recording, in order of their key. */
export function* pairRows(recording: LabelledRecording, wiring: Wiring, maxLagS: number): Generator<Row> {
  const { recordingId, dtS, labels, traces } = recording;
  const maxLag = dtS > 0 ? Math.floor(maxLagS / dtS + LAG_ROUNDING) : 0;
  for (const { i, j, n, r, lag, rLag } of pairCorrelations(traces, maxLag)) {
    const [a, b] = [labels[i] as string, labels[j] as string];
    yield {
      recording_id: recordingId,
      a,
      b,
      n,
      r,
      lag_s: lag === null ? null : lag * dtS,
      r_lag: rLag,
      chemical_a_b: wiring.chemical(a, b),
      chemical_b_a: wiring.chemical(b, a),
      gap: wiring.gap(a, b),
      functional_a_b: wiring.functional(a, b),
      functional_b_a: wiring.functional(b, a),
    };
  }
}
