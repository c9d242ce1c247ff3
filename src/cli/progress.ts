import type { RunEvent } from "../engine/types.js";
import type { Output } from "./output.js";
import { byteText, countText, durationText, pluralText } from "./quantities.js";
import { cutText, padText, visibleText } from "./text-width.js";

/** Times a second that the lines of active units are drawn. */
const DRAWINGS_PER_SECOND = 10;
/** Most lines of active units. */
const MOST_LINES = 12;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BAR_WIDTH = 16;

interface ActiveUnit {
  readonly name: string;
  readonly since: number;
  done: number;
  total: number;
  unit: string;
  memoryBytes: number;
}

type UnitEvent = Extract<RunEvent, { readonly step: string; readonly partition: string }>;

/** Shows a run while it goes on, on stderr. */
export interface ProgressView {
  event(event: RunEvent): void;
  /** Removes what is drawn; nothing is shown after it. */
  stop(): void;
}

/** One line per active unit on a terminal, one line per state change elsewhere, nothing with --quiet or --json. */
export function progressView(output: Output, now: () => number = () => performance.now()): ProgressView {
  if (output.quiet || (output.json && !output.terminal.stderrIsTerminal)) return { event() {}, stop() {} };
  return output.terminal.stderrIsTerminal && output.terminal.env.TERM !== "dumb"
    ? new LiveProgress(output, now)
    : new PlainProgress(output);
}

/** The lasting line about an event, or undefined. Cached units are counted, not listed, unless --verbose. */
function lastingLine(event: RunEvent, output: Output): string | undefined {
  const paint = output.paintTalk;
  switch (event.kind) {
    case "unit-finished": {
      if (event.status === "cached" && !output.verbose) return undefined;
      const name = unitName(event);
      const reason = visibleText(event.reason);
      if (event.status === "ran") {
        return `${paint("green", "✓ ran")}      ${name}  ${pluralText(event.rows, "row")}, ${durationText(event.seconds)}`;
      }
      if (event.status === "cached") return `${paint("dim", "· cached")}   ${name}`;
      if (event.status === "skipped") return `${paint("yellow", "- skipped")}  ${name}  ${reason}`;
      return `${paint("red", "✗ failed")}   ${name}  ${visibleText(event.error?.message ?? event.reason)}`;
    }
    case "download-finished": {
      const name = visibleText(event.path);
      if (event.error !== undefined)
        return `${paint("red", "✗ failed")}   ${name}  ${visibleText(event.error.message)}`;
      return `${paint("green", "✓ fetched")}  ${name}  ${byteText(event.bytes)}, ${durationText(event.seconds)}`;
    }
    case "unit-log":
      if (event.level === "info" && !output.verbose) return undefined;
      return `${event.level === "warn" ? paint("yellow", "! warning") : paint("dim", "  note")}  ${unitName(event)}  ${visibleText(event.message)}`;
    case "check-finished": {
      const { check, status, reason } = event.check;
      if (status === "ok") return output.verbose ? `${paint("green", "✓ holds")}    ${check}` : undefined;
      if (status === "skipped")
        return output.verbose ? `${paint("yellow", "- skipped")}  ${check}  ${reason}` : undefined;
      return `${paint("red", "✗ broken")}   ${check}  ${visibleText(reason)}`;
    }
    case "promoted":
      return `${paint("green", "✓ current")}  ${pluralText(event.tables.length, "table")}, generation ${event.generation}`;
    case "warning":
      return `${paint("yellow", "! warning")}  ${visibleText(event.message)}`;
    default:
      return undefined;
  }
}

function unitName({ step, partition }: Pick<UnitEvent, "step" | "partition">): string {
  return visibleText(partition === "" ? step : `${step}/${partition}`);
}

function downloadText({ path, from, bytes }: Extract<RunEvent, { readonly kind: "download-started" }>): string {
  const size = bytes === null ? "" : `, ${byteText(bytes)}`;
  return `${visibleText(path)} from ${visibleText(from)}${size}`;
}

class PlainProgress implements ProgressView {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  event(event: RunEvent): void {
    if (event.kind === "run-started") {
      this.#output.talk(`run ${event.run}: ${event.pipelines.join(", ")}, ${pluralText(event.units, "unit")} of work`);
    } else if (event.kind === "download-started") this.#output.talk(`  fetching   ${downloadText(event)}`);
    else if (event.kind === "unit-started") this.#output.talk(`  started    ${unitName(event)}`);
    const line = lastingLine(event, this.#output);
    if (line !== undefined) this.#output.talk(line);
  }

  stop(): void {}
}

class LiveProgress implements ProgressView {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #started: number;
  readonly #active = new Map<string, ActiveUnit>();
  readonly #timer: NodeJS.Timeout;
  #units = 0;
  #finished = 0;
  #cached = 0;
  #drawnLines = 0;
  #frame = 0;
  #stopped = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#started = now();
    this.#timer = setInterval(() => this.#draw(), 1000 / DRAWINGS_PER_SECOND);
    this.#timer.unref();
  }

  event(event: RunEvent): void {
    if (this.#stopped) return;
    if (event.kind === "run-started") this.#units = event.units;
    else if (event.kind === "unit-started") this.#start(unitName(event));
    else if (event.kind === "download-started") this.#start(visibleText(event.path));
    else if (event.kind === "download-progress") {
      const { done, total } = event;
      Object.assign(this.#active.get(visibleText(event.path)) ?? {}, { done, total, unit: "bytes" });
    } else if (event.kind === "download-finished") this.#active.delete(visibleText(event.path));
    else if (event.kind === "unit-progress") {
      const { done, total, unit, memoryBytes } = event;
      const active = this.#active.get(unitName(event));
      if (active !== undefined) Object.assign(active, { done, total, unit, memoryBytes });
    } else if (event.kind === "unit-finished") {
      this.#active.delete(unitName(event));
      this.#finished += 1;
      if (event.status === "cached") this.#cached += 1;
    }
    const line = lastingLine(event, this.#output);
    if (line === undefined) return;
    this.#erase();
    this.#output.talk(line);
    this.#draw();
  }

  #start(name: string): void {
    this.#active.set(name, { name, since: this.#now(), done: 0, total: 0, unit: "", memoryBytes: 0 });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#erase();
  }

  #draw(): void {
    if (this.#stopped) return;
    this.#erase();
    this.#frame = (this.#frame + 1) % SPINNER.length;
    const width = this.#output.terminal.columns();
    const units = [...this.#active.values()];
    const lines = units.slice(0, MOST_LINES).map((unit) => this.#unitLine(unit));
    if (units.length > MOST_LINES) lines.push(`  and ${units.length - MOST_LINES} more`);
    const total = Math.max(this.#units, this.#finished);
    const cached = this.#cached === 0 ? "" : `, ${countText(this.#cached)} cached`;
    const elapsed = durationText((this.#now() - this.#started) / 1000);
    // What only fetches files has no units of work.
    if (total > 0) lines.push(`  ${countText(this.#finished)} of ${pluralText(total, "unit")}${cached}, ${elapsed}`);
    this.#output.terminal.stderr.write(lines.map((line) => `${cutText(line, width - 1)}\n`).join(""));
    this.#drawnLines = lines.length;
  }

  #unitLine(unit: ActiveUnit): string {
    const seconds = (this.#now() - unit.since) / 1000;
    const memory = unit.memoryBytes > 0 ? `  ${byteText(unit.memoryBytes)}` : "";
    const name = padText(cutText(unit.name, 32), 32, "left");
    if (unit.total <= 0) return `${SPINNER[this.#frame]} ${name}  ${durationText(seconds)}${memory}`;
    const share = Math.min(1, unit.done / unit.total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    const rate = seconds > 0 ? unit.done / seconds : 0;
    const speed = rate > 0 ? `  ${countText(rate)}/s` : "";
    const left = rate > 0 ? `  ${durationText((unit.total - unit.done) / rate)} left` : "";
    return `${SPINNER[this.#frame]} ${name}  ${bar} ${countText(unit.done)}/${countText(unit.total)} ${unit.unit}${speed}${left}${memory}`;
  }

  #erase(): void {
    if (this.#drawnLines === 0) return;
    this.#output.terminal.stderr.write(`\u001b[${this.#drawnLines}A\u001b[0J`);
    this.#drawnLines = 0;
  }
}
