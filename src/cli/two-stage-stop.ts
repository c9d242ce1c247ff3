import { InterruptedError } from "../base/errors.js";
import type { Executor } from "../engine/executor.js";
import type { Output } from "./output.js";

/** Two Ctrl-C: the first lets running units finish, the second ends them. */
export class TwoStageStop {
  readonly drain = new AbortController();
  readonly kill = new AbortController();
  readonly #forget: () => void;

  constructor(output: Output) {
    this.#forget = output.terminal.onInterrupt(() => {
      if (this.drain.signal.aborted) this.kill.abort(new InterruptedError());
      else {
        output.talk("\nstopping: running units finish, nothing new starts; Ctrl-C again ends them");
        this.drain.abort();
      }
    });
  }

  /** The executor, with jobs that go on after the first Ctrl-C. */
  guard(executor: Executor): Executor {
    return {
      run: (job, events) => executor.run(job, events, this.kill.signal),
      close: () => executor.close(),
    };
  }

  dispose(): void {
    this.#forget();
  }
}
