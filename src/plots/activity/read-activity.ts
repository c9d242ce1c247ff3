import type { Vector } from "apache-arrow";
import { didYouMean } from "../../base/diagnostics.js";
import { NeurotablesError, UsageError } from "../../base/errors.js";
import { someNames } from "../choose-name.js";
import { compareNames } from "../neuron-order.js";
import { numbersOf, type PlotTables, sqlLiteral } from "../plot-tables.js";
import { readNeurons } from "../read-neurons.js";
import { countOf } from "../scale.js";
import type {
  ActivityData,
  BehaviourChannel,
  EventSpan,
  RecordingFacts,
  StimulusMark,
  TraceRow,
} from "./activity-data.js";

/** The pipeline that makes the tables. */
export const ACTIVITY_PIPELINE = "celegans-activity";

/** Most rows and samples of one picture. */
const MOST_ROWS = 2000;
const MOST_SAMPLES = 12_000_000;
const MOST_EVENTS = 20_000;
const MOST_CHANNELS = 3;

/** Channels that are shown first; the others follow by name. */
const USUAL_CHANNELS = [/^velocity$/, /velocity/, /^head_(curvature|angle)$/, /curvature/, /pumping/];

/** One recording out of the current tables. Cost: its resampled traces. @throws {NeurotablesError} */
export async function readActivity(
  tables: PlotTables,
  recordingId: string,
  wanted: { readonly all: boolean; readonly channels: readonly string[] },
): Promise<ActivityData> {
  const where = `recording_id = ${sqlLiteral(recordingId)}`;
  const recording = await readRecording(tables, where);
  const labelledOnly = !wanted.all && recording.labelled > 0;
  const traces = await readTraces(tables, where, labelledOnly);
  const hidden = labelledOnly ? recording.rois - recording.labelled : 0;
  const behaviour = await readBehaviour(tables, where, wanted.channels);
  return {
    recording,
    traces,
    neurons: await readNeurons(tables),
    frameTimesS: behaviour.channels.length === 0 ? [] : await readFrameTimes(tables, where),
    channels: behaviour.channels,
    events: await readEvents(tables, where),
    stimuli: await readStimuli(tables, where),
    notes: [
      ...(hidden > 0 ? [`not shown: ${countOf(hidden, "ROI")} without a label`] : []),
      ...(behaviour.others.length > 0 ? [`not shown: behaviour ${someNames(behaviour.others)}`] : []),
    ],
  };
}

async function readRecording(tables: PlotTables, where: string): Promise<RecordingFacts> {
  type Row = {
    recording_id: string;
    dataset: string;
    condition: string | null;
    strain: string | null;
    n_roi: number;
    n_labelled: number;
    n_frames: number;
    duration_s: number | null;
  };
  const [row] = await tables.rows<Row>(
    `SELECT recording_id, dataset, condition, strain, n_roi, n_labelled, n_frames, duration_s
     FROM celegans_activity.recording WHERE ${where} LIMIT 1`,
  );
  if (row === undefined) throw new Error(`the recording is gone: ${where}`);
  return {
    id: row.recording_id,
    dataset: row.dataset,
    condition: row.condition,
    strain: row.strain,
    rois: row.n_roi,
    labelled: row.n_labelled,
    frames: row.n_frames,
    durationS: row.duration_s,
  };
}

async function readTraces(tables: PlotTables, where: string, labelledOnly: boolean): Promise<TraceRow[]> {
  const from = `FROM celegans_activity.trace AS t JOIN celegans_activity.roi AS r USING (recording_id, roi)
    WHERE ${where} AND t.kind = 'resampled_z' AND t.dt_s > 0 ${labelledOnly ? "AND r.label IS NOT NULL" : ""}`;
  const [size] = await tables.rows<{ rows: number; samples: number }>(
    `SELECT count(*)::DOUBLE AS rows, coalesce(sum(len(t."values")), 0)::DOUBLE AS samples ${from}`,
  );
  const { rows = 0, samples = 0 } = size ?? {};
  if (rows > MOST_ROWS || samples > MOST_SAMPLES) {
    throw new NeurotablesError(
      "plot/too-large",
      `${rows} traces with ${samples} samples are more than one picture shows (${MOST_ROWS} and ${MOST_SAMPLES})`,
      {
        fields: { rows, samples, mostRows: MOST_ROWS, mostSamples: MOST_SAMPLES },
        exitCode: 2,
        wayOut: labelledOnly ? "query the part you need with neurotables sql" : "leave out --all",
      },
    );
  }
  type Row = {
    roi: number;
    label: string | null;
    label_raw: string | null;
    neuron_class: string | null;
    dt_s: number;
    source_kind: string | null;
    z: Vector;
  };
  const found = await tables.rows<Row>(
    `SELECT t.roi, r.label, r.label_raw, r.neuron_class, t.dt_s, t.source_kind, t."values"::FLOAT[] AS z ${from} ORDER BY t.roi`,
  );
  return found.map((row) => ({
    roi: row.roi,
    label: row.label,
    rawLabel: row.label_raw,
    neuronClass: row.neuron_class,
    dtS: row.dt_s,
    values: numbersOf(row.z),
    sourceKind: row.source_kind,
  }));
}

/** The channels to show and the names of those that are left out. @throws {UsageError} `usage/unknown-channel`. */
async function readBehaviour(
  tables: PlotTables,
  where: string,
  wanted: readonly string[],
): Promise<{ readonly channels: readonly BehaviourChannel[]; readonly others: readonly string[] }> {
  const table = "celegans_activity.behavior";
  if (!tables.has(table)) return { channels: [], others: [] };
  const listed = await tables.rows<{ channel: string; columns: number }>(
    `SELECT channel, count(*)::INTEGER AS columns FROM ${table} WHERE ${where} AND NOT all_missing
     GROUP BY channel ORDER BY channel LIMIT 1000`,
  );
  const names = chooseChannels(listed, wanted);
  if (names.length === 0) return { channels: [], others: listed.map(({ channel }) => channel) };
  type Row = { channel: string; unit: string | null; v: Vector };
  const rows = await tables.rows<Row>(
    `SELECT channel, unit, "values" AS v FROM ${table} WHERE ${where} AND NOT all_missing
     AND channel IN (${names.map(sqlLiteral).join(", ")}) ORDER BY channel, sub_index LIMIT 1000`,
  );
  const channels = names.flatMap((name) => {
    const row = rows.find(({ channel }) => channel === name);
    const columns = listed.find(({ channel }) => channel === name)?.columns ?? 1;
    const shown = columns > 1 ? `${name} (first of ${columns})` : name;
    return row === undefined ? [] : [{ name: shown, unit: row.unit, values: numbersOf(row.v) }];
  });
  return { channels, others: listed.map(({ channel }) => channel).filter((channel) => !names.includes(channel)) };
}

/** Channels asked for, else up to three of one column: velocity first, then the usual ones, then by name. */
export function chooseChannels(
  listed: readonly { readonly channel: string; readonly columns: number }[],
  wanted: readonly string[],
): string[] {
  const names = listed.map(({ channel }) => channel);
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const near = didYouMean(name, names);
    throw new UsageError(
      "unknown-channel",
      `the recording has no behaviour "${name}"${near === undefined ? "" : `; ${near}`}`,
      {
        fields: { channel: name },
        wayOut: names.length === 0 ? "it has no behaviour with values" : `it has ${names.join(", ")}`,
      },
    );
  }
  if (wanted.length > 0) return [...new Set(wanted)];
  const rank = (name: string) => {
    const place = USUAL_CHANNELS.findIndex((pattern) => pattern.test(name));
    return place === -1 ? USUAL_CHANNELS.length : place;
  };
  return listed
    .filter(({ channel, columns }) => columns === 1 && !/^(reversal_vec|state|stage_[xyz])$/.test(channel))
    .map(({ channel }) => channel)
    .sort((a, b) => rank(a) - rank(b) || compareNames(a, b))
    .slice(0, MOST_CHANNELS);
}

async function readFrameTimes(tables: PlotTables, where: string): Promise<ArrayLike<number>> {
  if (!tables.has("celegans_activity.frame")) return [];
  const rows = await tables.rows<{ t: Vector | null }>(
    `SELECT list(t_s ORDER BY k) AS t FROM celegans_activity.frame WHERE ${where}`,
  );
  return numbersOf(rows[0]?.t ?? null);
}

async function readEvents(tables: PlotTables, where: string): Promise<EventSpan[]> {
  if (!tables.has("celegans_activity.event")) return [];
  type Row = { name: string; t_start_s: number | null; t_end_s: number | null; value: string | null };
  const rows = await tables.rows<Row>(
    `SELECT name, t_start_s, t_end_s, value FROM celegans_activity.event WHERE ${where}
     ORDER BY name, event_index LIMIT ${MOST_EVENTS}`,
  );
  return rows.map((row) => ({ name: row.name, startS: row.t_start_s, endS: row.t_end_s, value: row.value }));
}

/** Stimuli of the recordings that `where` picks, in the order of the source. */
export async function readStimuli(tables: PlotTables, where: string): Promise<StimulusMark[]> {
  if (!tables.has("celegans_activity.stimulus")) return [];
  type Row = {
    name: string;
    t_on_s: number | null;
    t_off_s: number | null;
    conc: number | null;
    conc_unit: string | null;
  };
  const rows = await tables.rows<Row>(
    `SELECT name, t_on_s, t_off_s, conc, conc_unit FROM celegans_activity.stimulus WHERE ${where}
     ORDER BY stim_index LIMIT ${MOST_EVENTS}`,
  );
  return rows.flatMap(({ name, t_on_s: onS, t_off_s: offS, conc, conc_unit: unit }) => {
    const dose = conc === null ? "" : ` ${conc}${unit === null ? "" : ` ${unit}`}`;
    return onS === null ? [] : [{ name: `${name}${dose}`, onS, offS }];
  });
}
