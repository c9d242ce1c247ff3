import { MATLAB_TARGETS } from "../formats/matlab/fuzz-targets.js";
import { fuzzTargets } from "./fuzz-targets.js";
import { TARGETS } from "./targets.js";
import { VOLUME_TARGETS } from "./volume-targets.js";

// Those of MATLAB and HDF5 take as long as all others together, those of volumes too: they have processes of their own.
const elsewhere = new Set([...MATLAB_TARGETS, ...VOLUME_TARGETS].map(({ name }) => name));
fuzzTargets(TARGETS.filter(({ name }) => !elsewhere.has(name)));
