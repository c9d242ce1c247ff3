import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { isJsonObject, type OrderedJsonValue } from "../../../src/formats/json/json-value.js";
import { parseJson } from "../../../src/formats/json/parse-json.js";
import { realData } from "../../support/real-data.js";

const data = realData();
const folders = ["NemaNode", "WormWideWeb", "Randi2023", "annotations", "Dag2023"];
const files = data.present
  ? folders.flatMap((folder) => readdirSync(data.path(folder)).map((name) => [folder, name] as const))
  : [];

describe.skipIf(!data.present)(`real JSON${data.reason}`, () => {
  it.each(files.filter(([, name]) => name.endsWith(".json")))("%s/%s is read alike by both parsers", (folder, name) => {
    const bytes = readFileSync(data.path(folder, name));
    const options = { file: name, limits: DEFAULT_LIMITS };
    expect(parseJson(bytes, { ...options, nonFinite: true })).toEqual(parseJson(bytes, options));
  });

  it("Dag2023/NeuroPAL_labels_dict.json keeps the order of its ROI keys", () => {
    const bytes = readFileSync(data.path("Dag2023", "NeuroPAL_labels_dict.json"));
    const root = parseJson(bytes, { file: "labels", limits: DEFAULT_LIMITS, ordered: true });
    const first = (value: OrderedJsonValue | undefined) => (isJsonObject(value) ? [...value.values()][0] : undefined);
    const worm = first(root);
    const rois = Array.isArray(worm) && isJsonObject(worm[0]) ? [...worm[0].keys()].map(Number) : [];
    expect(rois.length).toBeGreaterThan(50);
    expect(rois).not.toEqual([...rois].sort((a, b) => a - b));
  });
});
