import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import { brokenVolumes, linkedVolumes } from "../../../src/sample-data/fisbe/broken-volumes.js";
import { loadBelow, rowTexts, sourcePaths, writeBelow } from "./support/volume-files.js";

const cases = await brokenVolumes();
const linked = await linkedVolumes();
const folder = mkdtempSync(join(tmpdir(), "neurotables-broken-volumes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  for (const { files, links } of [...cases, ...linked]) writeBelow(folder, files, links);
});

describe("samples and predictions that are broken", () => {
  it("are many, each of its own kind", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    for (const key of ["name", "sample"] as const) {
      expect(new Set([...cases, ...linked].map((each) => each[key])).size).toBe(cases.length + linked.length);
    }
  });

  it.each([...cases, ...linked].filter(({ step }) => step === "volumes"))(
    "$name: one error that names file and place",
    async ({ files, path, expectedTag, says }) => {
      const error = await loadBelow(folder, sourcePaths(files)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(NeurotablesError);
      const { tag, message } = error as NeurotablesError;
      expect(tag, message).toMatch(new RegExp(`^${expectedTag}$`));
      expect(message).toContain(expectedTag === "load/two-predictions" ? "mine/" : path);
      expect(message).not.toContain(folder);
      for (const text of says) expect(message).toMatch(new RegExp(text, "u"));
    },
  );

  it.each(cases.filter(({ step }) => step === "prediction"))(
    "$name: noted, and the volume stands without it",
    async ({ files, path, expectedTag, says }) => {
      const trace = await loadBelow(folder, sourcePaths(files));
      expect(trace.failures.map(({ recording, error }) => [recording.split("/")[0], error.tag])).toEqual([
        ["mine", expectedTag],
      ]);
      for (const text of says) expect(trace.failures[0]?.error.message).toMatch(new RegExp(text, "u"));
      expect(trace.rows.volume_record).toHaveLength(1);
      expect(trace.rows.published_prediction ?? []).toEqual([]);
      expect(trace.read[path]).toBe(1);
      expect(trace.carried[path] ?? 0).toBe(0);
    },
  );

  it.each(cases.filter(({ step }) => step !== "volumes" && step !== "prediction"))(
    "$name: carried as it is",
    async ({ files, says, step }) => {
      const trace = await loadBelow(folder, sourcePaths(files));
      for (const path of sourcePaths(files)) expect(trace.read[path]).toBe(trace.carried[path]);
      if (step !== null) return;
      const texts = rowTexts(trace.rows).join("\n");
      for (const text of says) expect(texts).toMatch(new RegExp(`^${text}`, "mu"));
    },
  );
});
