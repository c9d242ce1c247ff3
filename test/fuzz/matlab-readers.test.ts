import { MATLAB_TARGETS } from "../formats/matlab/fuzz-targets.js";
import { fuzzTargets } from "./fuzz-targets.js";

fuzzTargets(MATLAB_TARGETS);
