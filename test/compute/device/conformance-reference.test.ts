import { openDevice } from "../../../src/compute/device/open-device.js";
import { describeConformance } from "./conformance.js";

describeConformance("reference", () => openDevice("reference"), ["float64"]);
