import { z } from "zod";
import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { describeMatlab, isEmptyMatlab, matlabPlainText } from "./matlab-access.js";
import { conditionRules } from "./matlab-conditions.js";
import { neededPerWorm, statedPerWorm, statesPerWorm, type WormStruct } from "./matlab-worm-fields.js";
import type { SourceTraces } from "./source-recording.js";
import { TRACE_KINDS } from "./trace-kinds.js";

const names = z.array(z.string().min(1)).min(1);

/** Parameters of the loader of several worms in cells. */
export const matlabCellsParameters = z.strictObject({
  dataset: z.string().min(1).describe("published name of the dataset"),
  struct: z
    .string()
    .min(1)
    .optional()
    .describe("the struct with the worms (default: named as the file, or the only one)"),
  names: names
    .default(["IDs", "NeuronNames", "neuron_ID"])
    .describe("field with the names of ROIs: the first that is there"),
  time: names.default(["timeVectorSeconds", "tv", "time_vector"]).describe("field with the times in seconds"),
  traces: z
    .array(z.strictObject({ kind: z.enum(TRACE_KINDS), unit: z.string().min(1), fields: names }))
    .min(1)
    .describe("kinds of traces and the fields they may be in; the first kind must be there and is the primary one"),
  states: z.string().min(1).default("States").describe("field with the state vectors"),
  stimulus: z.string().min(1).default("stimulus").describe("field with the description of the stimulus"),
  stimulus_kind: z.enum(["odour", "light", "optogenetic", "heat", "other"]).default("other"),
  uid: z.string().min(1).default("dataset").describe("field with the name of each recording"),
  extra: names.default(["fps"]).describe("fields kept as they are beside each recording"),
  conditions: conditionRules,
});

export type MatlabCellsParameters = z.infer<typeof matlabCellsParameters>;

/** What the fields of a file give for each worm, before any worm is built. */
export interface WormFields {
  readonly struct: WormStruct;
  readonly names: { readonly name: string; readonly values: readonly MatlabValue[] };
  readonly time: { readonly name: string; readonly values: readonly MatlabValue[] };
  readonly primary: { readonly name: string; readonly values: readonly MatlabValue[] };
  /** Other kinds of traces. */
  readonly others: readonly {
    readonly kind: SourceTraces["kind"];
    readonly unit: string;
    readonly name: string;
    readonly values: readonly MatlabValue[];
  }[];
  readonly states: readonly ReadonlyMap<string, MatlabValue>[] | null;
  readonly stimulus: readonly MatlabValue[] | null;
  /** Second part of the recording's name: the source's, or the number of the worm. */
  readonly uids: readonly string[];
  /** Whether `uids` are the source's own. */
  readonly named: readonly boolean[];
  readonly extra: readonly (readonly [name: string, values: readonly MatlabValue[]])[];
}

/** Leaves one field or variable of a file out, read and dropped as one. */
export function dropMatlabField(
  context: LoadContext<unknown>,
  file: SourceFile,
  item: string,
  reason: string,
  detail: string,
): void {
  context.countRead(file, 1);
  context.drop({
    file,
    scope: "column",
    item,
    reason,
    rule: "fields that the loader does not name are left out",
    detail,
  });
}

/**
 * Sorts the fields of the struct: which give names, times, traces, states, stimuli; all others are left out with a row.
 * @throws {LoadError} `load/missing-field`, `load/worm-count` for the fields that every worm needs.
 */
export function wormFields(context: LoadContext<MatlabCellsParameters>, struct: WormStruct): WormFields {
  const { names: nameFields, time, traces, states, stimulus, uid, extra } = context.parameters;
  const used = new Set<string>();
  const needed = (candidates: readonly string[]) => {
    const field = neededPerWorm(struct, candidates);
    used.add(field.name);
    return field;
  };
  const dropped = new Set<string>();
  const leaveOut = (name: string, reason: string) => {
    dropped.add(name);
    dropMatlabField(
      context,
      struct.file,
      `${struct.name}.${name}`,
      reason,
      describeMatlab(struct.fields.get(name) as MatlabValue),
    );
  };
  const optional = <T>(name: string, read: (value: MatlabValue) => T | null): T | null => {
    const value = struct.fields.get(name);
    if (value === undefined || used.has(name)) return null;
    const values = isEmptyMatlab(value) ? null : read(value);
    if (values === null && !isEmptyMatlab(value)) leaveOut(name, "worm_count");
    if (values !== null || isEmptyMatlab(value)) used.add(name);
    return values;
  };
  const perWorm = (value: MatlabValue) => statedPerWorm(struct, value);
  const [first, ...rest] = traces;
  const fields: WormFields = {
    struct,
    primary: needed(first?.fields ?? []),
    names: needed(nameFields),
    time: needed(time),
    others: rest.flatMap(({ kind, unit, fields: candidates }) => {
      const name = candidates.find((each) => struct.fields.has(each));
      const values = name === undefined ? null : optional(name, perWorm);
      return name === undefined || values === null ? [] : [{ kind, unit, name, values }];
    }),
    states: optional(states, (value) => statesPerWorm(struct, value)),
    stimulus: optional(stimulus, perWorm),
    ...wormNames(struct, optional(uid, perWorm)),
    extra: extra.flatMap((name): [string, readonly MatlabValue[]][] => {
      const values = optional(name, perWorm);
      return values === null ? [] : [[name, values]];
    }),
  };
  for (const name of struct.fields.keys()) {
    if (!used.has(name) && !dropped.has(name)) leaveOut(name, "unknown_field");
  }
  return fields;
}

/** The name that the source gives each worm; where these do not differ, the worms are numbered. */
function wormNames(struct: WormStruct, values: readonly MatlabValue[] | null): Pick<WormFields, "uids" | "named"> {
  const given = Array.from({ length: struct.worms }, (_, worm) => matlabPlainText(values?.[worm])?.trim() || null);
  const uids = given.map((name, worm) => name ?? String(worm + 1));
  if (new Set(uids).size === uids.length) return { uids, named: given.map((name) => name !== null) };
  return { uids: given.map((_, worm) => String(worm + 1)), named: given.map(() => false) };
}
