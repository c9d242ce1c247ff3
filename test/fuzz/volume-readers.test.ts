import { fuzzTargets } from "./fuzz-targets.js";
import { VOLUME_TARGETS } from "./volume-targets.js";

fuzzTargets(VOLUME_TARGETS);
