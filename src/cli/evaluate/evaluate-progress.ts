import type { Output } from "../output.js";
import { countText } from "../quantities.js";
import { cutText, visibleText } from "../text-width.js";

/** Milliseconds between two drawings of the line. */
const PERIOD = 100;

/** One line on a terminal that says what goes on; a line per phase elsewhere; nothing with --quiet or --json. */
export class EvaluateProgress {
  readonly #output: Output;
  readonly #mode: "none" | "lines" | "live";
  readonly #now: () => number;
  #phase = "";
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(output: Output, now: () => number = () => performance.now()) {
    const { stderrIsTerminal, env } = output.terminal;
    this.#output = output;
    this.#now = now;
    const silent = output.quiet || (output.json && !stderrIsTerminal);
    this.#mode = silent ? "none" : stderrIsTerminal && env.TERM !== "dumb" ? "live" : "lines";
  }

  /** `done` of `total` `unit`s of what is now done with an image. */
  update(image: string, phase: string, done: number, total: number): void {
    if (this.#mode === "none") return;
    const name = `${visibleText(image)}: ${phase}`;
    const begins = name !== this.#phase;
    this.#phase = name;
    if (this.#mode === "lines") {
      if (begins) this.#output.talk(name);
      return;
    }
    const now = this.#now();
    if (!begins && now - this.#drawnAt < PERIOD) return;
    this.#drawnAt = now;
    const share = total > 0 ? `  ${Math.floor((100 * done) / total)} %  ${countText(done)}/${countText(total)}` : "";
    const line = cutText(name + share, this.#output.terminal.columns() - 1);
    this.#output.terminal.stderr.write(`\r\u001b[K${line}`);
    this.#drawn = true;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.#output.terminal.stderr.write("\r\u001b[K");
    this.#drawn = false;
  }
}
