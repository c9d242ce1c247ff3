import type { Vector } from "apache-arrow";
import { readStimuli } from "../activity/read-activity.js";
import { numbersOf, type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { AnimalBehaviour, Behaviour, BinBlock, RunFacts } from "./run-data.js";

const MOST_EVENTS = 100_000;

/**
 * Reversals, velocity and stimuli of the animals of a run, as far as there are tables of their activity. Cost: one
 * channel of each animal.
 */
export async function readBehaviour(
  tables: PlotTables,
  run: RunFacts,
  bins: { readonly blocks: readonly BinBlock[]; readonly firstFrames: readonly Int32Array[] },
): Promise<Behaviour> {
  const { animals } = run;
  if (animals.length === 0) return { animals: [], velocityUnit: null, notes: [] };
  const where = `recording_id IN (${animals.map(sqlLiteral).join(", ")})`;
  const reversals = await readReversals(tables, where);
  const channels = await readVelocities(tables, where);
  const units = new Set([...channels.values()].map(({ unit }) => unit));
  const comparable = units.size === 1;
  const behaviour: AnimalBehaviour[] = [];
  for (const animal of animals) {
    const block = bins.blocks.findIndex((candidate) => candidate.animal === animal || candidate.animal === null);
    const values = comparable ? channels.get(animal)?.values : undefined;
    const frames = bins.firstFrames[block];
    behaviour.push({
      animal,
      reversals: reversals.get(animal) ?? [],
      velocity: values === undefined || frames === undefined ? undefined : binMeans(values, frames, run.binFrames),
      stimuli: await readStimuli(tables, `recording_id = ${sqlLiteral(animal)}`),
    });
  }
  return {
    animals: behaviour,
    velocityUnit: comparable ? ([...units][0] ?? null) : null,
    notes: units.size > 1 ? ["velocity is not shown: its unit differs between the animals"] : [],
  };
}

type Span = readonly [startS: number, endS: number];

async function readReversals(tables: PlotTables, where: string): Promise<ReadonlyMap<string, Span[]>> {
  const found = new Map<string, Span[]>();
  if (!tables.has("celegans_activity.event")) return found;
  type Row = { recording_id: string; start_s: number | null; end_s: number };
  const rows = await tables.rows<Row>(
    `SELECT recording_id, t_start_s AS start_s, t_end_s AS end_s FROM celegans_activity.event
     WHERE ${where} AND lower(name) LIKE 'revers%' AND t_end_s IS NOT NULL
     ORDER BY recording_id, t_start_s NULLS FIRST, name, event_index LIMIT ${MOST_EVENTS}`,
  );
  for (const { recording_id: animal, start_s: startS, end_s: endS } of rows) {
    const spans = found.get(animal) ?? [];
    spans.push([startS ?? Number.NEGATIVE_INFINITY, endS]);
    found.set(animal, spans);
  }
  return found;
}

interface Channel {
  readonly unit: string | null;
  readonly values: ArrayLike<number>;
}

/** The channel `velocity` of each animal, or the first whose name has that word. */
async function readVelocities(tables: PlotTables, where: string): Promise<ReadonlyMap<string, Channel>> {
  const found = new Map<string, Channel>();
  if (!tables.has("celegans_activity.behavior")) return found;
  type Row = { recording_id: string; unit: string | null; v: Vector };
  const rows = await tables.rows<Row>(
    `SELECT recording_id, unit, "values" AS v FROM celegans_activity.behavior
     WHERE ${where} AND channel ILIKE '%velocity%' AND NOT all_missing AND sub_index = 0
     QUALIFY row_number() OVER (PARTITION BY recording_id ORDER BY channel = 'velocity' DESC, channel) = 1
     ORDER BY recording_id LIMIT 10000`,
  );
  for (const { recording_id: animal, unit, v } of rows) found.set(animal, { unit, values: numbersOf(v) });
  return found;
}

/** Mean of the valid values of each bin's frames; NaN where there is none. */
export function binMeans(values: ArrayLike<number>, firstFrames: Int32Array, binFrames: number): Float64Array {
  return Float64Array.from(firstFrames, (first) => {
    let sum = 0;
    let count = 0;
    for (let frame = first; frame < Math.min(values.length, first + binFrames); frame++) {
      const value = values[frame] as number;
      if (!Number.isFinite(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
}
