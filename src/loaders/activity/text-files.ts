import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { readDelimited } from "../../formats/delimited-text/read-delimited.js";
import { fileName, readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { dropExtraLabels } from "./label-list.js";
import { writeFromFiles } from "./several-files.js";
import type { SourceRoi, SourceStimulus } from "./source-recording.js";
import { noNumber, readLines, readNumberLines } from "./text-lines.js";
import { textNumber } from "./text-number.js";
import { TRACE_KINDS } from "./trace-kinds.js";
import { RECORDING_TABLES } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).default("Leifer2023").describe("published dataset, first part of the recording's name"),
  kind: z.enum(TRACE_KINDS).default("gcamp").describe("what the values are"),
  unit: z.string().min(1).default("au").describe("unit of the values"),
});

export type TextFilesParameters = z.infer<typeof parameters>;

const ROLES = ["gcamp", "labels", "t", "stim_volume_i", "stim_neurons", "ds_name"] as const;
type Role = (typeof ROLES)[number];

/** What the program that exported the files (pumpprobe) means by targets that are no ROI. */
const TARGET_STATES: ReadonlyMap<number, string> = new Map([
  [-1, "not located"],
  [-2, "targeting failed"],
  [-3, "identified, not tracked"],
]);

/**
 * Six text files per worm, `<i>_gcamp.txt` (T lines of N numbers), `<i>_labels.txt` (one per line; lines beyond N are
 * dropped, each with a row), `<i>_t.txt` (seconds), `<i>_stim_volume_i.txt` and `<i>_stim_neurons.txt` (0-based frame and
 * ROI of every optogenetic stimulus; a target that is no ROI is in `extra` of the stimulus, with what its number means)
 * and `<i>_ds_name.txt` (name of the recording): Leifer 2023, specification 2.2 row 9. The last three may be absent. No
 * file states how long a stimulus lasts. Cost: the text of one worm in memory.
 */
export const textFiles: Loader<TextFilesParameters> = {
  name: "activity/text-files",
  description: "Six text files per worm: traces, labels, times, optogenetic stimuli, name",
  partition: { group: `^(.*?)_(?:${ROLES.join("|")})\\.txt$` },
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const { dataset, kind, unit } = context.parameters;
    const { limits } = context;
    const { uid, files } = filesByRole(context.files);
    const file = required(files, "gcamp", uid);
    const traces = await readTraces(context, file);
    const frames = traces[0]?.length ?? 0;
    context.countRead(file, 1 + 2 * traces.length);
    const labelFile = required(files, "labels", uid);
    const labels = await readLines(labelFile, limits);
    dropExtraLabels(context, {
      file: labelFile,
      labels,
      rois: traces.length,
      item: (index) => `line ${index + 1}`,
    });
    const timeS = await readNumberLines(required(files, "t", uid), limits);
    const stimulusFile = files.get("stim_volume_i");
    const stimuli = await readStimuli(context, files, { frames, labels, rois: traces.length });
    const nameFile = files.get("ds_name");
    const name = nameFile === undefined ? "" : (await readLines(nameFile, limits)).join(" ").trim();
    const rois = traces.map(
      (_, roi): SourceRoi => ({
        roi,
        roiBase: 0,
        columnIndex: roi,
        labelRaw: labels[roi]?.trim() ? labels[roi] : null,
      }),
    );
    writeFromFiles(
      context,
      {
        dataset,
        wormUid: uid,
        file,
        compatFile: `${uid}_{gcamp|labels|t}.txt`,
        timeS,
        timeBasis: "measured",
        rois,
        traces: [{ kind, unit, values: traces }],
        stimuli,
        ...(name === "" ? {} : { extra: { ds_name: name } }),
      },
      new Map(stimulusFile === undefined ? [] : [[stimulusFile, stimuli.length]]),
    );
  },
};

function filesByRole(files: readonly SourceFile[]): { uid: string; files: ReadonlyMap<Role, SourceFile> } {
  const byRole = new Map<Role, SourceFile>();
  let uid = "";
  for (const file of files) {
    const name = fileName(file);
    const role = ROLES.find((each) => name.endsWith(`_${each}.txt`));
    if (role === undefined) {
      throw new LoadError(
        "file-name",
        `${file.path}: the name of a file of a worm ends in one of _${ROLES.join(".txt, _")}.txt`,
        {
          fields: { file: file.path },
          wayOut: "Narrow the pattern of the source to the files of the worms.",
        },
      );
    }
    uid = name.slice(0, -`_${role}.txt`.length);
    byRole.set(role, file);
  }
  return { uid, files: byRole };
}

function required(files: ReadonlyMap<Role, SourceFile>, role: Role, uid: string): SourceFile {
  const file = files.get(role);
  if (file !== undefined) return file;
  const there = [...files.values()].map(({ path }) => path);
  throw new LoadError("missing-field", `recording ${uid} has no file ${uid}_${role}.txt, only ${there.join(", ")}`, {
    fields: { file: there[0] ?? "", field: `${uid}_${role}.txt`, found: there },
  });
}

async function readTraces(context: LoadContext<unknown>, file: SourceFile): Promise<Float64Array[]> {
  const { limits } = context;
  const bytes = await readRawFile(file, limits);
  const { records } = readDelimited(bytes, { file: file.path, limits, separator: "whitespace", header: "none" });
  const traces = Array.from({ length: records[0]?.fields.length ?? 0 }, () => new Float64Array(records.length));
  for (const [k, { line, fields }] of records.entries()) {
    for (const [roi, field] of fields.entries()) {
      const value = textNumber(field);
      if (value === undefined) throw noNumber(file, line, field);
      (traces[roi] as Float64Array)[k] = value;
    }
  }
  return traces;
}

/**
 * One stimulus per line of `_stim_volume_i`. Its target is the same line of `_stim_neurons`, the column of the stimulated
 * ROI, or −1 to −3; beyond the last trace it may be a neuron that the file of labels names.
 */
async function readStimuli(
  context: LoadContext<unknown>,
  files: ReadonlyMap<Role, SourceFile>,
  recording: { readonly frames: number; readonly rois: number; readonly labels: readonly string[] },
): Promise<SourceStimulus[]> {
  const { limits } = context;
  const frameFile = files.get("stim_volume_i");
  const targetFile = files.get("stim_neurons");
  const targets = targetFile === undefined ? null : await readNumberLines(targetFile, limits);
  if (frameFile === undefined) {
    if (targetFile === undefined || targets === null || targets.length === 0) return [];
    context.countRead(targetFile, targets.length);
    context.drop({
      file: targetFile,
      scope: "column",
      item: fileName(targetFile),
      reason: "stimulus_without_time",
      rule: "a stimulus needs its frame, in _stim_volume_i.txt",
      count: targets.length,
    });
    return [];
  }
  const onsets = await readNumberLines(frameFile, limits);
  if (targets !== null && targetFile !== undefined && targets.length !== onsets.length) {
    throw new LoadError(
      "stimuli",
      `${frameFile.path} has ${onsets.length} stimuli, ${targetFile.path} has targets for ${targets.length}`,
      { fields: { file: frameFile.path, stimuli: onsets.length, targets: targets.length } },
    );
  }
  context.countRead(frameFile, onsets.length);
  const stimuli: SourceStimulus[] = [];
  for (const [index, onset] of onsets.entries()) {
    if (!Number.isInteger(onset) || onset < 0 || onset >= recording.frames) {
      context.drop({
        file: frameFile,
        scope: "value",
        item: `line ${index + 1}`,
        reason: "outside_recording",
        rule: "a stimulus begins in a frame of the recording",
        detail: `frame ${onset} of ${recording.frames}`,
      });
      continue;
    }
    const target = targets === null ? null : (targets[index] as number);
    const isRoi = target !== null && Number.isInteger(target) && target >= 0 && target < recording.rois;
    stimuli.push({
      kind: "optogenetic",
      name: "optogenetic",
      kOn: onset,
      targetRoi: isRoi ? target : null,
      ...(target === null || isRoi ? {} : { extra: targetStatements(target, recording.labels) }),
    });
  }
  return stimuli;
}

function targetStatements(target: number, labels: readonly string[]): Record<string, unknown> {
  const state = TARGET_STATES.get(target);
  const label = labels[target]?.trim();
  return { target, ...(state ? { target_state: state } : {}), ...(label ? { target_label: label } : {}) };
}
