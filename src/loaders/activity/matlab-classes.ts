import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { MatlabFile, MatlabValue } from "../../formats/matlab/matlab-value.js";
import { onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { loadBuiltWorm } from "./built-worm.js";
import {
  describeMatlab,
  matlabElements,
  matlabNumber,
  matlabNumbers,
  matlabPlainText,
  missingMatlabField,
  readOptional,
  unexpectedMatlab,
  withMatlabFile,
} from "./matlab-access.js";
import { classColumns } from "./matlab-class-columns.js";
import { buildClassWorm, type ClassFile } from "./matlab-class-worm.js";
import { baseName, conditionRules } from "./matlab-conditions.js";
import { orderedStimuli } from "./matlab-ordered-stimulus.js";
import { RECORDING_TABLES } from "./write-recording.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published name of the dataset"),
  conditions: conditionRules,
});

export type MatlabClassesParameters = z.infer<typeof parameters>;

const NEEDED = ["fps", "files", "neurons", "is_L", "norm_traces"] as const;
const OPTIONAL = ["traces", "stims", "stim_times", "stim_names", "is_AWCL_OFF", "samples"] as const;

/**
 * MATLAB files with several worms, arranged by neuron class: `norm_traces` has a cell per class, with one entry per worm
 * (unpaired) or two (all left, then all right, in the order of `files`), empty where the neuron was not recorded
 * (Yemini 2021, specification 2.2). Labels are the class and the side that `is_L` states. A column that a worm lacks has
 * no ROI and one dropped row (`not_recorded`); up to four leading frames that are exactly 0 become NaN. The time of frame
 * k is k / fps. ROI numbers count the columns of the file from 1, missing ones included, so they are the same in all of
 * its worms; `extra.columns` is how many there are. `traces` are dF/F, `samples` the number of traces that the file has of
 * the class (both as the note that was published with the files says): in `extra` of the ROI. A worm that cannot be loaded
 * fails by itself.
 */
export const matlabClasses: Loader<MatlabClassesParameters> = {
  name: "activity/matlab-classes",
  description: "MATLAB files with traces by neuron class and side (Yemini 2021)",
  partition: "file",
  independent: true,
  outputs: [...RECORDING_TABLES],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    await withMatlabFile(context, file, (matlab) => {
      const classFile = readClassFile(context, file, matlab);
      for (const [worm, name] of classFile.worms.entries()) {
        const wormUid = `${baseName(file)}/${name}`;
        loadBuiltWorm(context, { file, wormUid }, () => buildClassWorm(context.parameters, classFile, worm, wormUid));
      }
    });
  },
};

function readClassFile(context: LoadContext<MatlabClassesParameters>, file: SourceFile, matlab: MatlabFile): ClassFile {
  const present = matlab.variables.map((variable) => variable.name);
  for (const name of NEEDED) if (!present.includes(name)) throw missingMatlabField(file, [name], present);
  const unread = new Set<string>();
  const used: readonly string[] = [...NEEDED, ...OPTIONAL];
  const leaveOut = (item: string, reason: string, detail: string, count = 1) => {
    context.countRead(file, count);
    const rule = "fields that the loader does not name, or cannot tell apart by worm, are left out";
    context.drop({ file, scope: "column", item, reason, rule, detail, count });
  };
  for (const { name, class: className, dims } of matlab.variables) {
    if (!used.includes(name)) leaveOut(name, "unknown_field", `${className} ${dims.join(" x ")}`);
  }
  const read = (name: string) => {
    if (!present.includes(name)) return undefined;
    const value = readOptional(matlab, name, (reason, detail) => leaveOut(name, reason, detail));
    if (value === null) unread.add(name);
    return value ?? undefined;
  };
  const fps = matlabNumber(matlab.read("fps"));
  if (fps === null || !(fps > 0 && Number.isFinite(fps))) {
    throw unexpectedMatlab(matlab.read("fps"), `${file.path}, fps`, "a positive number");
  }
  const worms = texts(matlab.read("files"), `${file.path}, files`);
  const repeated = worms.find((name, index) => worms.indexOf(name) !== index);
  if (worms.length === 0 || repeated !== undefined) {
    const why = repeated === undefined ? "has no entries" : `names ${repeated} twice`;
    throw new LoadError("worm-names", `${file.path}: files ${why}`, { fields: { file: file.path, field: "files" } });
  }
  const { columns, skipped } = classColumns({
    file,
    worms: worms.length,
    neurons: texts(matlab.read("neurons"), `${file.path}, neurons`),
    isLeft: matlab.read("is_L"),
    normTraces: matlab.read("norm_traces"),
    traces: read("traces"),
    samples: read("samples"),
  });
  for (const { item, reason, detail, count } of skipped) leaveOut(item, reason, detail, count);
  const stimuli = orderedStimuli({
    worms: worms.length,
    names: read("stim_names"),
    times: read("stim_times"),
    order: read("stims"),
  });
  for (const [name, problem] of stimuli.problems) {
    if (present.includes(name) && !unread.has(name)) leaveOut(name, "unrecognised_stimulus", problem);
  }
  return { file, fps, worms, columns, stimuli: stimuli.perWorm, off: offNeurons(read("is_AWCL_OFF"), worms, leaveOut) };
}

/** Per worm whether AWCL is the OFF neuron; null where the file does not say. */
function offNeurons(
  value: MatlabValue | undefined,
  worms: readonly string[],
  leaveOut: (item: string, reason: string, detail: string) => void,
): readonly (boolean | null)[] {
  const nothing = worms.map(() => null);
  if (value === undefined) return nothing;
  const elements = matlabElements(value);
  const flags = elements === null ? [...(matlabNumbers(value) ?? [])] : elements.map((cell) => matlabNumber(cell));
  if (flags.length === worms.length) return flags.map((flag) => (flag === 0 || flag === 1 ? flag === 1 : null));
  leaveOut("is_AWCL_OFF", "worm_count", `${describeMatlab(value)}, ${worms.length} worms`);
  return nothing;
}

function texts(value: MatlabValue, where: string): string[] {
  const elements = value.kind === "char" ? [value] : matlabElements(value);
  if (elements === null) throw unexpectedMatlab(value, where, "a cell array of texts");
  return elements.map((element, index) => {
    const text = matlabPlainText(element);
    if (text === null) throw unexpectedMatlab(element, `${where}{${index + 1}}`, "a text");
    return text;
  });
}
