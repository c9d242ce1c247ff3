import { FormatError, LoadError } from "../../base/errors.js";
import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import type { Drop } from "../loader.js";
import type { BuiltWorm } from "./built-worm.js";
import { describeMatlab, isEmptyMatlab, matlabColumns, matlabJson, matlabVector } from "./matlab-access.js";
import type { MatlabCellsParameters, WormFields } from "./matlab-cells-fields.js";
import { conditionOf } from "./matlab-conditions.js";
import { candidateNames } from "./matlab-names.js";
import { stateEvents } from "./matlab-states.js";
import { switchedStimuli } from "./matlab-switched-stimulus.js";
import type { SourceEvent, SourceRoi, SourceStimulus, SourceTraces } from "./source-recording.js";
import { escapeSurrogates } from "./well-formed.js";

/**
 * One worm of the cells as a recording, with the number of records that its fields hold.
 * @throws {LoadError} `load/no-traces`. @throws {FormatError} `format/unexpected-class` for names, times or traces of
 * another class or shape.
 */
export function buildWorm(
  { dataset, traces: traceKinds, stimulus_kind, conditions }: MatlabCellsParameters,
  fields: WormFields,
  worm: number,
  wormUid: string,
): BuiltWorm {
  const { struct, primary } = fields;
  const { file } = struct;
  const where = (name: string) => `${file.path}: ${struct.name}.${name}${struct.bare ? "" : `{${worm + 1}}`}`;
  const at = (values: readonly MatlabValue[]) => values[worm] as MatlabValue;
  const drops: Drop[] = [];
  const leaveOut = (drop: Omit<Drop, "file">) => drops.push({ file, ...drop });
  const columns = matlabColumns(at(primary.values), where(primary.name));
  if (columns.length === 0) {
    throw new LoadError("no-traces", `${where(primary.name)} has no traces`, {
      fields: { file: file.path, recording: wormUid, field: primary.name },
    });
  }
  const frames = columns[0]?.length ?? 0;
  const rowNames = candidateNames(at(fields.names.values), where(fields.names.name));
  for (const [index, candidates] of rowNames.entries()) {
    if (index < columns.length) continue;
    leaveOut({
      scope: "roi",
      item: `${fields.names.name} ${index + 1} of ${wormUid}`,
      reason: "name_without_trace",
      rule: "names belong to the columns of the traces",
      detail: escapeSurrogates(candidates.join(", ")),
    });
  }
  let read = 1 + 2 * columns.length + drops.length;
  const [{ kind, unit } = { kind: "other" as const, unit: "au" }] = traceKinds;
  const traces: SourceTraces[] = [{ kind, unit, values: columns }];
  for (const other of fields.others) {
    const value = at(other.values);
    if (isEmptyMatlab(value)) continue;
    const values = columnsOrNull(value, where(other.name));
    read += values?.length ?? 1;
    if (values?.length === columns.length && values[0]?.length === frames) {
      traces.push({ kind: other.kind, unit: other.unit, values });
    } else {
      leaveOut({
        scope: "recording",
        item: `${other.name} of ${wormUid}`,
        reason: "other_shape",
        rule: "all kinds of traces have the frames and ROIs of the first",
        detail: `${describeMatlab(value)}, not ${frames} x ${columns.length}`,
        count: values?.length ?? 1,
      });
    }
  }
  const { events, dropped: stateDrops } = wormStates(fields, worm, frames);
  const { stimuli, dropped: stimulusDrops } = wormStimuli(fields, worm, stimulus_kind);
  for (const drop of [...stateDrops, ...stimulusDrops]) leaveOut({ ...drop, item: `${drop.item} of ${wormUid}` });
  read += events.length + stimuli.length + stateDrops.length + stimulusDrops.length;
  const extra: Record<string, unknown> = {};
  for (const [name, values] of fields.extra) {
    const value = matlabJson(at(values));
    if (value !== undefined) extra[name] = value;
    else {
      read++;
      const rule = "only small values are kept beside a recording";
      leaveOut({
        scope: "value",
        item: `${name} of ${wormUid}`,
        reason: "too_large",
        rule,
        detail: describeMatlab(at(values)),
      });
    }
  }
  if (fields.named[worm]) extra.dataset = fields.uids[worm];
  const rois = columns.map((_, index): SourceRoi => {
    const candidates = rowNames[index] ?? [];
    const label = candidates.find((name) => name.trim() !== "") ?? null;
    return { roi: index + 1, roiBase: 1, columnIndex: index, labelRaw: label, candidatesRaw: candidates };
  });
  const timeS = matlabVector(at(fields.time.values), where(fields.time.name));
  const base = { dataset, wormUid, file, compatOrder: worm, timeS, timeBasis: "measured" as const };
  const recording = { ...base, ...conditionOf(file, conditions), rois, traces, events, stimuli, extra };
  return { recording, read, drops };
}

function columnsOrNull(value: MatlabValue, where: string): Float64Array[] | null {
  try {
    return matlabColumns(value, where);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function wormStates({ states }: WormFields, worm: number, frames: number) {
  const { events, problems } = stateEvents(states?.[worm] ?? new Map<string, MatlabValue>(), frames);
  const rule = "a state has 0 or 1 in every frame";
  const dropped = problems.map(({ state, reason, detail }) => {
    return { scope: "value" as const, item: `state ${state}`, reason, rule, detail };
  });
  return { events: events as SourceEvent[], dropped };
}

function wormStimuli({ stimulus }: WormFields, worm: number, kind: SourceStimulus["kind"]) {
  const value = stimulus?.[worm];
  if (value === undefined || isEmptyMatlab(value)) return { stimuli: [], dropped: [] };
  const { stimuli, unknownFields, problem } = switchedStimuli(value, kind);
  const rule = "a stimulus is a struct with identity, switchtimes and initialstate";
  const dropped = unknownFields.map((field) => ({
    scope: "value" as const,
    item: `stimulus.${field}`,
    reason: "unknown_field",
    rule,
    detail: "",
  }));
  if (problem !== null) {
    dropped.push({ scope: "value", item: "stimulus", reason: "unrecognised_stimulus", rule, detail: problem });
  }
  return { stimuli, dropped };
}
