import { isJsonObject, type JsonObject, type OrderedJsonValue } from "../../formats/json/json-value.js";
import { isWellFormed } from "./well-formed.js";

/** What a NeuroPAL label says of one ROI. */
export interface NeuropalLabel {
  readonly label: string | null;
  readonly neuronClass: string | null;
  readonly lr: "L" | "R" | "unknown" | null;
  readonly dv: "D" | "V" | "unknown" | null;
  /** Text of the curator (`region`). */
  readonly note: string | null;
  readonly neuropalRoiIds: readonly number[] | null;
  readonly confidence: number | null;
  /** Members whose value is none of those known: name and value as JSON text. */
  readonly unreadable: readonly (readonly [member: string, value: string])[];
  /** Members that are not known. */
  readonly others: readonly (readonly [member: string, value: OrderedJsonValue])[];
}

const SIDES: ReadonlyMap<unknown, "L" | "R" | "D" | "V" | "unknown" | null> = new Map([
  ["L", "L"],
  ["R", "R"],
  ["D", "D"],
  ["V", "V"],
  ["missing", "unknown"],
  ["undefined", null],
  [null, null],
  [undefined, null],
]);

const KNOWN = ["label", "neuron_class", "LR", "DV", "region", "roi_id", "confidence"];

/**
 * Reads `{label, neuron_class, LR, DV, region, roi_id, confidence}`. LR and DV: `missing` is a side that is not known,
 * `undefined` a class without sides (null). An unreadable value becomes null and is listed, never guessed.
 */
export function neuropalLabel(entry: JsonObject): NeuropalLabel {
  const unreadable: [string, string][] = [];
  const refuse = (member: string): null => {
    unreadable.push([member, jsonText(entry.get(member))]);
    return null;
  };
  const text = (member: string): string | null => {
    const value = entry.get(member) ?? null;
    return value === null || (typeof value === "string" && isWellFormed(value)) ? value : refuse(member);
  };
  const side = <T extends string>(member: string, allowed: readonly T[]): T | "unknown" | null => {
    const value = SIDES.get(entry.get(member));
    if (value === undefined) return refuse(member);
    if (value === null || value === "unknown") return value;
    return allowed.includes(value as T) ? (value as T) : refuse(member);
  };
  const confidence = entry.get("confidence") ?? null;
  const isMissing = typeof confidence === "number" && Number.isNaN(confidence);
  return {
    label: text("label"),
    neuronClass: text("neuron_class"),
    lr: side("LR", ["L", "R"]),
    dv: side("DV", ["D", "V"]),
    note: text("region"),
    neuropalRoiIds: roiIds(entry.get("roi_id")) ?? (entry.get("roi_id") === undefined ? null : refuse("roi_id")),
    confidence:
      confidence === null || isMissing
        ? null
        : typeof confidence === "number" && Number.isFinite(Math.fround(confidence))
          ? confidence
          : refuse("confidence"),
    unreadable,
    others: [...entry].filter(([member]) => !KNOWN.includes(member)),
  };
}

/** One number or a list of numbers, 32-bit whole; null when it is something else. */
function roiIds(value: OrderedJsonValue | undefined): number[] | null {
  const list = Array.isArray(value) ? value : [value];
  return list.every((id): id is number => typeof id === "number" && (id | 0) === id) ? list : null;
}

/** The number of an ROI that a key states (`"56"`), or null when the key states none. */
export function roiNumber(key: string): number | null {
  const number = /^(?:0|[1-9]\d{0,9})$/.test(key) ? Number(key) : Number.NaN;
  return number <= 0x7fff_ffff ? number : null;
}

function jsonText(value: unknown): string {
  const text = JSON.stringify(isJsonObject(value) ? value.toJSON() : value) ?? "missing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
