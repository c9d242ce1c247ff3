import { describe } from "vitest";
import { openTestGpu, TEST_GPU, testGpu } from "../gpu/software-gpu.js";
import { describeConformance } from "./conformance.js";

const gpu = await testGpu();

describe.skipIf(!gpu.present)(`software gpu${gpu.reason}`, () => {
  describeConformance(TEST_GPU, () => openTestGpu(), ["float32"]);
});
