import { fuzzTargets } from "./fuzz-targets.js";
import { LOADER_TARGETS } from "./loader-targets.js";

fuzzTargets(LOADER_TARGETS);
