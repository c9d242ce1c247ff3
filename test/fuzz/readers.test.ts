import { MATLAB_TARGETS } from "../formats/matlab/fuzz-targets.js";
import { fuzzTargets } from "./fuzz-targets.js";
import { TARGETS } from "./targets.js";

// Those of MATLAB and HDF5 take as long as all others together: they have a process of their own.
fuzzTargets(TARGETS.filter((target) => !MATLAB_TARGETS.some(({ name }) => name === target.name)));
