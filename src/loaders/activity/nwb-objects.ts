import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { Hdf5Content } from "./hdf5-content.js";

/** A group of an NWB file that has a type. */
export interface NwbObject {
  readonly path: string;
  readonly name: string;
  /** Its attribute `neurodata_type`. */
  readonly type: string;
  /** Typed groups around it, the nearest first. */
  readonly within: readonly NwbObject[];
}

/** Parents of the types of the NWB core schema that matter here; a file's own `/specifications` may add to them. */
const CORE_PARENTS: Readonly<Record<string, string>> = {
  RoiResponseSeries: "TimeSeries",
  SpatialSeries: "TimeSeries",
  IntervalSeries: "TimeSeries",
  AnnotationSeries: "TimeSeries",
  OptogeneticSeries: "TimeSeries",
  IndexSeries: "TimeSeries",
  ImageSeries: "TimeSeries",
  TwoPhotonSeries: "ImageSeries",
  OnePhotonSeries: "ImageSeries",
  Fluorescence: "NWBDataInterface",
  DfOverF: "NWBDataInterface",
  Position: "NWBDataInterface",
  CompassDirection: "NWBDataInterface",
  BehavioralTimeSeries: "NWBDataInterface",
  BehavioralEvents: "NWBDataInterface",
  BehavioralEpochs: "NWBDataInterface",
  PlaneSegmentation: "DynamicTable",
  TimeIntervals: "DynamicTable",
  Subject: "NWBContainer",
};

/** Series of an extension that the file does not describe: `SignalCalciumImResponseSeries`. */
const RESPONSE_SERIES = /Response\w*Series$/;

/** The typed objects of a file, and which type extends which. */
export class NwbObjects {
  readonly all: readonly NwbObject[];
  readonly #parents: ReadonlyMap<string, string>;

  private constructor(all: readonly NwbObject[], parents: ReadonlyMap<string, string>) {
    this.all = all;
    this.#parents = parents;
  }

  /**
   * Reads the types of all groups, and the type definitions that the file carries in `/specifications`.
   * @throws {LoadError} `load/not-nwb` when no group has a type.
   */
  static read(content: Hdf5Content, limits: Limits): NwbObjects {
    const { hdf5, entries, file } = content;
    const byPath = new Map<string, NwbObject>();
    for (const { path, kind } of entries) {
      if (kind !== "group") continue;
      const type = content.textAttribute(path, "neurodata_type");
      if (type === null || type === "") continue;
      const within: NwbObject[] = [];
      for (let at = path; at !== ""; ) {
        at = at.slice(0, at.lastIndexOf("/"));
        const around = byPath.get(at);
        if (around !== undefined) within.push(around);
      }
      byPath.set(path, { path, name: path.slice(path.lastIndexOf("/") + 1), type, within });
    }
    if (byPath.size === 0 && hdf5.attribute("/", "neurodata_type") === null) {
      throw new LoadError("not-nwb", `${file.path}: no group has the attribute neurodata_type: this is no NWB 2 file`, {
        fields: { file: file.path, field: "neurodata_type" },
        wayOut: "Other HDF5 files load with activity/table.",
      });
    }
    return new NwbObjects([...byPath.values()], readParents(content, limits));
  }

  /** Whether a type is another or extends it. */
  isA(type: string, ancestor: string): boolean {
    let at: string | undefined = type;
    for (let steps = 0; at !== undefined && steps < 32; steps++) {
      if (at === ancestor) return true;
      at = this.#parents.get(at);
    }
    return ancestor === "RoiResponseSeries" && RESPONSE_SERIES.test(type);
  }

  /** Objects of a type or of one that extends it, in the order of the file. */
  ofType(ancestor: string): NwbObject[] {
    return this.all.filter(({ type }) => this.isA(type, ancestor));
  }

  /** Whether one of the groups around an object has one of the types. */
  isWithin(object: NwbObject, ancestors: readonly string[]): boolean {
    return object.within.some(({ type }) => ancestors.some((ancestor) => this.isA(type, ancestor)));
  }
}

function readParents(content: Hdf5Content, limits: Limits): Map<string, string> {
  const parents = new Map(Object.entries(CORE_PARENTS));
  for (const { path, kind } of content.entries) {
    if (kind !== "dataset" || !path.startsWith("/specifications/") || !content.isText(path)) continue;
    const text = content.hdf5.dataset(path).readStrings()[0];
    if (text === undefined || !text.includes("_type_def")) continue;
    collectTypes(parseJson(text, { file: `${content.file.path}: ${path}`, limits }), parents);
  }
  return parents;
}

/** Definitions nest: `{ neurodata_type_def, neurodata_type_inc, groups: [...], datasets: [...] }`. */
function collectTypes(node: unknown, parents: Map<string, string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collectTypes(item, parents);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const record = node as Record<string, unknown>;
  const name = record.neurodata_type_def ?? record.data_type_def;
  const parent = record.neurodata_type_inc ?? record.data_type_inc;
  if (typeof name === "string" && typeof parent === "string" && name !== parent) parents.set(name, parent);
  for (const key of ["groups", "datasets"]) collectTypes(record[key], parents);
}
