// Thread that describes units: see describe-in-threads.ts.
import { serveJobs } from "../../../base/worker-pool.js";
import { type DescribeJob, describeAll } from "./describe-in-threads.js";

serveJobs<DescribeJob>((job) => {
  const described = describeAll(job);
  const arrays = described.flatMap(({ aggregates, counts }) => [...counts, ...(aggregates ? [aggregates] : [])]);
  return { message: described, transfer: arrays.map(({ buffer }) => buffer as ArrayBuffer) };
});
