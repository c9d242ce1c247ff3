import { openDevice } from "../../../src/compute/device/open-device.js";
import { describeConformance } from "./conformance.js";

describeConformance("cpu", (threads = 2) => openDevice("cpu", { threads }), ["float64", "float32"], [1, 2, 3]);
