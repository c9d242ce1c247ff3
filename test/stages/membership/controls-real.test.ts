import { readdirSync, readFileSync } from "node:fs";
import { encode } from "gpt-tokenizer/encoding/r50k_base";
import { beforeAll, describe, expect, it } from "vitest";
import { controls } from "../../../src/stages/membership/controls.js";
import type { Row } from "../../../src/tables/contract.js";
import { realData } from "../../support/real-data.js";
import { membershipContracts, runStage, tablesOf, type UnitOptions } from "./language-models/ngram-tables.js";

const data = realData("membership");
const TOKENS = 6_000;

/** Tokens from one third of a book on. */
function tokensOf(path: string): number[] {
  const bytes = readFileSync(path);
  const text = decoded(bytes).replaceAll("\r\n", "\n");
  const from = Math.floor(text.length / 3);
  return encode(text.slice(from, from + 8 * TOKENS)).slice(0, TOKENS);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function realUnits(): Record<string, UnitOptions> {
  const units: Record<string, UnitOptions> = {};
  for (const folder of ["gutenberg", "novels"]) {
    for (const name of readdirSync(data.path(folder), { recursive: true }) as string[]) {
      if (!name.endsWith(".txt") || name.includes("haggard_she")) continue;
      const ids = tokensOf(data.path(folder, name));
      if (ids.length === TOKENS) units[`${folder}/${name}`] = { role: "member", ids };
    }
  }
  return units;
}

describe.skipIf(!data.present)(`controls on real books${data.reason}`, () => {
  let rows: Row[] = [];
  const auc = (control: string, attack: string) =>
    rows.find((row) => row.control === control && row.attack === attack)?.auc_mean as number;

  beforeAll(async () => {
    const units = realUnits();
    expect(Object.keys(units).length).toBeGreaterThan(60);
    const result = await runStage(
      controls,
      tablesOf(units, { vocabulary: 50_257 }),
      { tokens: TOKENS },
      {
        contracts: await membershipContracts(),
      },
    );
    rows = result.rows.control ?? [];
  });

  it("find everything in what was trained in full, less in a tenth, little in a hundredth", () => {
    // Measured elsewhere on the same books, 20 other splits: 1.000; .864 and .994; .633 and .696.
    expect(auc("positive", "loss")).toBeGreaterThan(0.999);
    expect(Math.abs(auc("exposure_0.1", "loss") - 0.864)).toBeLessThan(0.05);
    expect(auc("exposure_0.1", "ref")).toBeGreaterThan(0.98);
    expect(Math.abs(auc("exposure_0.01", "loss") - 0.633)).toBeLessThan(0.08);
    expect(Math.abs(auc("exposure_0.01", "ref") - 0.696)).toBeLessThan(0.08);
  });

  it("find nothing where nothing was trained", () => {
    for (const attack of ["loss", "mink_20", "ref"]) {
      expect(rows.find((row) => row.control === "negative" && row.attack === attack)).toMatchObject({ status: "pass" });
    }
  });
});
