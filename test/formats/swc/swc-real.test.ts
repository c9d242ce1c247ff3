import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { branchPoints, cableLength, endPoints, roots } from "../../../src/formats/swc/morphology.js";
import { parseSwc } from "../../../src/formats/swc/parse-swc.js";
import { realData } from "../../support/real-data.js";

const data = realData("fisbe");

// Golden values: numpy.loadtxt and the norms of the differences to the parents (NumPy 1.24).
describe.skipIf(!data.present)(`real SWC files${data.reason}`, () => {
  it.each([
    ["1734350788", 4465, 1, 266476.87507657945, 599, 618],
    ["722817260", 4332, 1, 274703.3669597196, 633, 656],
    ["754534424", 4696, 1, 286522.45017044875, 696, 726],
    ["754538881", 4881, 2, 291265.3183714223, 626, 642],
  ])("%s", (name, count, rootCount, cable, branches, ends) => {
    const file = `hemibrain_swc/${name}.swc`;
    const swc = parseSwc(readFileSync(data.path(file), "utf8"), { file });
    expect(swc.count).toBe(count);
    expect(roots(swc)).toHaveLength(rootCount);
    expect(cableLength(swc)).toBeCloseTo(cable, 4);
    expect(branchPoints(swc)).toHaveLength(branches);
    expect(endPoints(swc)).toHaveLength(ends);
    expect(swc.comments.length).toBeGreaterThan(3);
  });
});
