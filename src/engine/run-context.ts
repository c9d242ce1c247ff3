import type { RunJournal } from "../store/journal.js";
import type { Store } from "../store/store.js";
import type { ChosenDevice } from "./device.js";
import type { Executor } from "./executor.js";
import type { Limiter } from "./limiter.js";
import type { RunLog } from "./run-log.js";
import type { EngineServices } from "./services.js";
import type { Project, RunEvent } from "./types.js";

/** What everything within one run shares. */
export interface RunContext {
  readonly run: string;
  readonly project: Project;
  readonly store: Store;
  readonly services: EngineServices;
  readonly executor: Executor;
  readonly limiter: Limiter;
  /** Units of work at once: the threads that the stages share. */
  readonly jobs: number;
  /** Where stages compute that use a device; undefined where none does. */
  readonly device: ChosenDevice | undefined;
  readonly journal: RunJournal;
  readonly log: RunLog;
  readonly signal: AbortSignal;
  emit(event: RunEvent): void;
  warn(message: string): void;
}
