import { compareCodeUnits } from "../../base/canonical-json.js";
import type { CommunityRow, ExperimentRow, IntervalRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";
import type { StageContext } from "../stage.js";
import { activeRuns, binEdges } from "./active-runs.js";
import { flowRows, type Memberships } from "./flow.js";
import { type RunBins, readCourses, readLoadings, readRunBins } from "./read-courses.js";
import type { TimelineParameters } from "./timeline.js";

type Context = StageContext<TimelineParameters>;

/** Runs the stage `communities/timeline`. */
export async function writeTimeline(context: Context): Promise<void> {
  const experiments: ExperimentRow[] = [];
  for await (const row of context.input("experiment").rows<ExperimentRow>()) experiments.push(row);
  experiments.sort((a, b) => compareCodeUnits(a.run_id, b.run_id));
  let found = 0;
  for (const experiment of experiments) {
    context.signal.throwIfAborted();
    const intervals = await intervalsOf(context, experiment);
    const memberships = await readMemberships(context.input("community"), experiment.run_id, context.parameters);
    context.sink("interval").write(intervals);
    context.sink("flow").write(flowRows(experiment.run_id, intervals, memberships));
    found += intervals.length;
  }
  context.evidence({ intervals: found });
}

async function intervalsOf(context: Context, experiment: ExperimentRow): Promise<IntervalRow[]> {
  const { run_id } = experiment;
  const components: number[] = [];
  for await (const row of context.input("component").rows<{ component: number }>(["component"], { run_id })) {
    components.push(row.component);
  }
  components.sort((a, b) => a - b);
  const bins = await readRunBins(context.input("bin"), experiment);
  const courses = await readCourses(context.input("factor_time"), run_id, bins, components);
  const loadings = await readLoadings(context.input("factor_animal"), experiment, components);
  return components.flatMap((component) => {
    const [course, loading] = [courses.get(component) as Float64Array, loadings.get(component) as Float64Array];
    return componentIntervals({ experiment, component, course, loading, bins, parameters: context.parameters });
  });
}

function componentIntervals(of: {
  readonly experiment: ExperimentRow;
  readonly component: number;
  readonly course: Float64Array;
  readonly loading: Float64Array;
  readonly bins: RunBins;
  readonly parameters: TimelineParameters;
}): IntervalRow[] {
  const { experiment, component, course, loading, bins, parameters } = of;
  const { half, closes } = parameters;
  const { starts, ends } = binEdges(bins.centres, bins.animals);
  const active = experiment.animals.filter((_, animal) => (loading[animal] as number) > half * largest(loading));
  const runs = activeRuns(course, { least: half * largest(course), closes, section: bins.animals });
  return runs.map(({ first, last }, interval) => {
    const animal_id = experiment.animals[bins.animals[first] as number] ?? null;
    return {
      run_id: experiment.run_id,
      component,
      interval,
      animal_id,
      first_bin: bins.bins[first] as number,
      last_bin: bins.bins[last] as number,
      t_start_s: starts[first] as number,
      t_end_s: ends[last] as number,
      animals: animal_id === null ? active : [animal_id],
    };
  });
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** Communities of level 0 by component, of the method asked for. */
async function readMemberships(
  source: TableSource,
  run_id: string,
  { method }: TimelineParameters,
): Promise<Memberships> {
  for (const wanted of method === null ? (["weighted_sbm", "leiden"] as const) : [method]) {
    const memberships = new Map<number, Map<string, number>>();
    const columns = ["component", "level", "neuron_id", "community"];
    for await (const row of source.rows<CommunityRow>(columns, { run_id, method: wanted })) {
      if (row.level !== 0) continue;
      const members = memberships.get(row.component) ?? new Map<string, number>();
      memberships.set(row.component, members.set(row.neuron_id, row.community));
    }
    if (memberships.size > 0) return memberships;
  }
  return new Map();
}
