import { resolve } from "node:path";
import { didYouMean } from "../../base/diagnostics.js";
import { UsageError } from "../../base/errors.js";
import type { CombinedMode } from "../../stages/segmentation/aggregate/aggregate-scores.js";
import { FISBE_PRESET, type ScoreOptions } from "../../stages/segmentation/metrics/image-score.js";
import { jobCount } from "../project.js";
import type { CommandOptions, VerbContext } from "../verb.js";

/** Where the truth, or the prediction, is. */
export interface EvaluateInput {
  /** Absolute. */
  readonly path: string;
  /** As it was written, for messages. */
  readonly shown: string;
  readonly key: string | undefined;
  /** Lower-case letters, slowest first. */
  readonly axes: string | undefined;
}

/** What `evaluate segmentation` was asked for. */
export interface EvaluateRequest {
  readonly truth: EvaluateInput;
  readonly prediction: EvaluateInput;
  readonly options: ScoreOptions;
  /** Where no list of splits says it. */
  readonly partly: boolean;
  /** Undefined: what the volume of the truth states. */
  readonly dimNeurons: readonly number[] | undefined;
  readonly combined: CombinedMode;
  readonly splitList: string | undefined;
  readonly report: string | undefined;
  readonly csv: string | undefined;
  readonly threads: number;
}

/** Largest size filter: more voxels than any volume read has. */
const MOST_REMOVED = 2 ** 40;
const MOST_DIM_IDS = 10_000;

/** Reads the options of `evaluate`. @throws {UsageError} */
export function evaluateRequest(context: VerbContext): EvaluateRequest {
  const { operands, options } = context;
  const { cwd } = context.output.terminal;
  const [task] = operands;
  if (task !== "segmentation") {
    const near = didYouMean(task ?? "", ["segmentation"]);
    throw new UsageError(
      "operands",
      `evaluate knows segmentation, not "${task}"${near === undefined ? "" : `; ${near}`}`,
      {
        fields: { task: task ?? "" },
        wayOut: "neurotables evaluate segmentation --truth PATH --prediction PATH",
      },
    );
  }
  const input = (name: "truth" | "prediction"): EvaluateInput => {
    const shown = options.text(name);
    if (shown === undefined) {
      throw new UsageError("option-missing", `evaluate segmentation needs --${name}`, {
        fields: { option: `--${name}` },
        wayOut: "neurotables evaluate segmentation --truth PATH --prediction PATH",
      });
    }
    const axes = options.text(`${name}-axes`) ?? options.text("axes");
    return { path: resolve(cwd, shown), shown, key: options.text(`${name}-key`), axes: axesOf(axes) };
  };
  const [truth, prediction] = [input("truth"), input("prediction")];
  const path = (name: string) => {
    const given = options.text(name);
    return given === undefined ? undefined : resolve(cwd, given);
  };
  const [report, csv] = [path("report"), path("csv")];
  if (report !== undefined && report === csv) {
    throw new UsageError("option-value", `--report and --csv are the same file, ${report}`, {
      fields: { file: report },
    });
  }
  return {
    truth,
    prediction,
    options: scoreOptions(options, truth, prediction),
    partly: options.flag("partly"),
    dimNeurons: dimNeurons(options.text("dim-neurons")),
    combined: options.text("combined") === "code" ? "code" : "published",
    splitList: path("split-list"),
    report,
    csv,
    threads: jobCount(context),
  };
}

/** The parser has checked the choices. */
function scoreOptions(options: CommandOptions, truth: EvaluateInput, prediction: EvaluateInput): ScoreOptions {
  const flat = [truth, prediction].some(({ axes }) => axes !== undefined && !axes.includes("z"));
  const iou = options.text("localization") === "iou";
  return {
    ...FISBE_PRESET,
    profile: options.text("profile") === "fixed" ? "fixed" : "flylight",
    localization: iou ? "iou" : "cldice",
    match: options.text("match") === "hungarian" ? "hungarian" : "greedy",
    removeSmall: removeSmall(options.text("remove-small")),
    // The published tool evaluates the subsets by skeletons alone.
    overlapSubset: !iou,
    dimensions: flat ? 2 : 3,
  };
}

function removeSmall(text: string | undefined): number {
  if (text === undefined) return FISBE_PRESET.removeSmall;
  const voxels = Number(text);
  if (/^\d+$/.test(text) && voxels <= MOST_REMOVED) return voxels;
  throw new UsageError("option-value", `--remove-small is a number of voxels from 0, not "${text}"`, {
    fields: { option: "--remove-small" },
    wayOut: "predicted labels of at most that many voxels are deleted; 0 keeps all",
  });
}

function dimNeurons(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(",").map((word) => word.trim());
  const ids = words.map(Number);
  const valid = words.every(
    (word, index) => /^\d+$/.test(word) && Number.isSafeInteger(ids[index]) && ids[index] !== 0,
  );
  if (valid && ids.length <= MOST_DIM_IDS) return [...new Set(ids)];
  throw new UsageError("option-value", `--dim-neurons is a list of ids from 1, like 2,3, not "${text.slice(0, 80)}"`, {
    fields: { option: "--dim-neurons" },
  });
}

function axesOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const axes = text.toLowerCase();
  const once = new Set(axes).size === axes.length;
  if (once && /^[czyxt]+$/.test(axes) && axes.includes("y") && axes.includes("x")) return axes;
  throw new UsageError(
    "axes",
    `axes are named once each by the letters c, z, y, x and t, slowest first, not "${text}"`,
    {
      fields: { axes: text },
      wayOut: "for example --axes CZYX, or --prediction-axes ZYX where the two differ",
    },
  );
}
