// Thread that runs blind baselines on permuted labels: see run-permutations.ts.
import { serveJobs } from "../../../base/worker-pool.js";
import { type PermutationJob, permutedValues } from "./run-permutations.js";

serveJobs<PermutationJob>((job) => ({ message: permutedValues(job), transfer: [] }));
