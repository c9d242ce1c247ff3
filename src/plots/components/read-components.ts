import type { Vector } from "apache-arrow";
import { readBehaviour } from "../dynamic-connectome/read-behaviour.js";
import { readCommunities } from "../dynamic-connectome/read-communities.js";
import { readBins, readComponentFacts, readIntervals, readRun, textsOf } from "../dynamic-connectome/read-run.js";
import type { ComponentCommunities, RunFacts } from "../dynamic-connectome/run-data.js";
import { numbersOf, type PlotTables, sqlLiteral } from "../plot-tables.js";
import { countOf } from "../scale.js";
import type { ComponentData, ComponentsData } from "./components-data.js";
import { type OrderedNeurons, orderNeurons, type Pairs, pairMatrix } from "./pair-matrix.js";

/** Most neurons of a matrix: each has one px. */
const MOST_NEURONS = 280;
/** Components that are drawn unless all are asked for, and then. */
const USUAL_COMPONENTS = 8;
const MOST_DRAWN = 64;

/** One run out of the current tables. Cost: the pairs of each component that is drawn, of at most 280 neurons. */
export async function readComponents(
  tables: PlotTables,
  runId: string,
  wanted: { readonly all: boolean; readonly notes: readonly string[] },
): Promise<ComponentsData> {
  const run = await readRun(tables, runId);
  const all = await readComponentFacts(tables, runId);
  const bins = await readBins(tables, runId);
  const drawn = all.slice(0, wanted.all ? MOST_DRAWN : USUAL_COMPONENTS);
  const reader: Reader = {
    tables,
    run,
    where: `run_id = ${sqlLiteral(runId)}`,
    communities: await readCommunities(tables, runId),
    seen: await readSeen(tables, run),
  };
  const intervals = tables.has("dynamic_connectome.interval") ? await readIntervals(tables, runId) : null;
  const components: ComponentData[] = [];
  for (const facts of drawn) {
    const { component } = facts;
    components.push({
      facts,
      ...(await readPairs(reader, component)),
      time: await readTime(reader, component),
      animals: await readAnimals(reader, component),
      intervals: intervals?.filter((interval) => interval.component === component) ?? null,
    });
  }
  const more = all.length - drawn.length;
  const hint = wanted.all ? "" : ": --all shows them";
  return {
    run,
    all,
    components,
    blocks: bins.blocks,
    behaviour: await readBehaviour(tables, run, bins),
    notes: [
      ...(more > 0 ? [`not shown: ${countOf(more, "component")} of smaller weight${hint}`] : []),
      ...wanted.notes,
    ],
  };
}

interface Reader {
  readonly tables: PlotTables;
  readonly run: RunFacts;
  readonly where: string;
  readonly communities: ReadonlyMap<number, ComponentCommunities>;
  readonly seen: (first: number, second: number) => boolean;
}

async function readPairs(
  { tables, run, where, communities, seen }: Reader,
  component: number,
): Promise<Pick<ComponentData, "pairs" | "order">> {
  const found = communities.get(component);
  const strengths = new Float64Array(run.neurons.length);
  const placeOf = new Map(run.neurons.map((name, place) => [name, place]));
  const sums = await tables.rows<{ neuron: string; strength: number }>(
    `SELECT neuron, sum(value ORDER BY other, direction) AS strength FROM (
       SELECT neuron_i AS neuron, neuron_j AS other, direction, value FROM dynamic_connectome.factor_pair
       WHERE ${where} AND component = ${component}
       UNION ALL
       SELECT neuron_j, neuron_i, direction, value FROM dynamic_connectome.factor_pair
       WHERE ${where} AND component = ${component}
     ) GROUP BY neuron ORDER BY neuron`,
  );
  for (const { neuron, strength } of sums) {
    const place = placeOf.get(neuron);
    if (place !== undefined) strengths[place] = strength;
  }
  const ordered = orderNeurons({
    neurons: run.neurons,
    strengths,
    communities: found?.communities ?? [],
    most: MOST_NEURONS,
  });
  const pairs = await readPairValues({ tables, where, component, neurons: run.neurons, ordered });
  const order = found === undefined ? "strength" : found.structureFound ? found.method : "no_structure";
  return { pairs: pairMatrix({ neurons: run.neurons, ordered, pairs, seen }), order };
}

async function readPairValues(options: {
  readonly tables: PlotTables;
  readonly where: string;
  readonly component: number;
  readonly neurons: readonly string[];
  readonly ordered: OrderedNeurons;
}): Promise<Pairs[]> {
  const { tables, where, component, neurons, ordered } = options;
  const kept = ordered.places.map((place) => `(${sqlLiteral(neurons[place] as string)}, ${place})`);
  if (kept.length === 0) return [];
  type Row = { direction: Pairs["direction"]; i: Vector; j: Vector; v: Vector };
  const rows = await tables.rows<Row>(
    `WITH kept(neuron, place) AS (VALUES ${kept.join(", ")})
     SELECT direction, list(a.place::INTEGER ORDER BY a.place, b.place) AS i,
       list(b.place::INTEGER ORDER BY a.place, b.place) AS j, list(value ORDER BY a.place, b.place) AS v
     FROM dynamic_connectome.factor_pair AS p
       JOIN kept AS a ON a.neuron = p.neuron_i JOIN kept AS b ON b.neuron = p.neuron_j
     WHERE ${where} AND component = ${component} GROUP BY direction ORDER BY direction`,
  );
  return rows.map(({ direction, i, j, v }) => ({
    direction,
    first: numbersOf(i),
    second: numbersOf(j),
    values: numbersOf(v),
  }));
}

async function readTime({ tables, run, where }: Reader, component: number): Promise<Float64Array> {
  const values = new Float64Array(run.bins).fill(Number.NaN);
  const [row] = await tables.rows<{ bins: Vector; v: Vector }>(
    `SELECT list(bin ORDER BY bin) AS bins, list(value ORDER BY bin) AS v FROM dynamic_connectome.factor_time
     WHERE ${where} AND component = ${component} HAVING count(*) > 0`,
  );
  if (row === undefined) return values;
  const given = numbersOf(row.v);
  Array.from(numbersOf(row.bins)).forEach((bin, index) => {
    if (bin < values.length) values[bin] = given[index] as number;
  });
  return values;
}

async function readAnimals({ tables, run, where }: Reader, component: number): Promise<Float64Array> {
  const rows = await tables.rows<{ animal_id: string; value: number }>(
    `SELECT animal_id, value FROM dynamic_connectome.factor_animal
     WHERE ${where} AND component = ${component} ORDER BY animal_id`,
  );
  const values = new Map(rows.map(({ animal_id: animal, value }) => [animal, value]));
  return Float64Array.from(run.animals, (animal) => values.get(animal) ?? Number.NaN);
}

/** Whether any animal has both neurons of a pair, where neurons of any animal take part. */
async function readSeen(tables: PlotTables, run: RunFacts): Promise<Reader["seen"]> {
  if (run.neuronSet === "common" || !tables.has("dynamic_connectome.mask")) return () => true;
  const rows = await tables.rows<{ neuron_id: string; animals: Vector }>(
    `SELECT neuron_id, list(animal_id ORDER BY animal_id) AS animals FROM dynamic_connectome.mask
     WHERE run_id = ${sqlLiteral(run.id)} AND reason IN ('absent', 'filtered') GROUP BY neuron_id ORDER BY neuron_id`,
  );
  const absent = new Map(rows.map(({ neuron_id: neuron, animals }) => [neuron, new Set(textsOf(animals))]));
  const present = run.neurons.map((neuron) => run.animals.map((animal) => !(absent.get(neuron)?.has(animal) ?? false)));
  return (first, second) => {
    const [one, other] = [present[first] as boolean[], present[second] as boolean[]];
    return one.some((there, animal) => there && other[animal]);
  };
}
