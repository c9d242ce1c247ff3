import type { SerializedError } from "../base/errors.js";
import type { Job, JobResult } from "../engine/executor.js";

/** To the child. */
export type WorkerRequest = { readonly kind: "run"; readonly job: Job };

/** From the child: any number of events, then one answer. */
export type WorkerReply =
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly kind: "log"; readonly level: "info" | "warn"; readonly message: string }
  | { readonly kind: "done"; readonly result: JobResult }
  | {
      readonly kind: "failed";
      readonly error: SerializedError /** The child ends after it. */;
      readonly last: boolean;
    };
