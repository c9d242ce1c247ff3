import { fuzzTargets } from "./fuzz-targets.js";
import { MEMBERSHIP_TARGETS } from "./membership-targets.js";

fuzzTargets(MEMBERSHIP_TARGETS);
