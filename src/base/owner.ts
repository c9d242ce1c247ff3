import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { bootId, processNamespace } from "./boot-id.js";

/** A process, named so that others can tell whether it still lives. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks after boot at which the process started (`unknown` off Linux): tells a reused pid. */
  readonly started: string;
  readonly boot: string;
  readonly namespace: string;
}

/** `foreign`: on another machine or in another container, where nobody here can tell. */
export type OwnerState = "alive" | "dead" | "foreign";

let current: Owner | undefined;

/** This process. */
export function currentOwner(): Owner {
  current ??= {
    host: hostname().slice(0, 40) || "-",
    pid: process.pid,
    started: startTime(process.pid)?.started ?? "unknown",
    boot: bootId(),
    namespace: processNamespace(),
  };
  return current;
}

/** The owner as part of a file name: `pid_started_namespace_boot_host`. Has no dot, `@` or slash. */
export function ownerName(owner: Owner): string {
  return [owner.pid, owner.started, owner.namespace, owner.boot, encodeHost(owner.host)].join("_");
}

/** The inverse of {@link ownerName}; undefined for any other text. */
export function parseOwner(name: string): Owner | undefined {
  const match = /^([1-9][0-9]{0,9})_([0-9]+|unknown)_([0-9]+|unknown)_([0-9a-f]+|unknown)_([A-Za-z0-9~-]+)$/.exec(name);
  if (match === null) return undefined;
  const [, pid, started, namespace, boot, host] = match as unknown as [string, string, string, string, string, string];
  return { pid: Number(pid), started, namespace, boot, host: decodeHost(host) };
}

/** Whether the owner still lives. Costs some 30 µs. */
export function ownerState(owner: Owner): OwnerState {
  const here = currentOwner();
  if (owner.host !== here.host) return "foreign";
  if (owner.boot !== here.boot) return "dead";
  if (owner.namespace !== here.namespace) return "foreign";
  if (owner.pid === here.pid) return owner.started === here.started ? "alive" : "dead";
  let ours = true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code === "ESRCH") return "dead";
    ours = false;
  }
  if (owner.started === "unknown") return "alive";
  const now = startTime(owner.pid);
  // Another user's process may be hidden from /proc.
  if (now === undefined) return ours ? "dead" : "alive";
  return now.started === owner.started && !now.zombie ? "alive" : "dead";
}

/** `pid 1234 on host x`, for messages. */
export function describeOwner(owner: Owner): string {
  return `process ${owner.pid} on ${owner.host}`;
}

/** Field 22 of /proc/PID/stat, counted from behind the command's name, which may hold anything. */
function startTime(pid: number): { started: string; zombie: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const started = fields[19];
    if (started === undefined) return undefined;
    return { started, zombie: fields[0] === "Z" || fields[0] === "X" };
  } catch {
    return undefined;
  }
}

const encodeHost = (host: string): string =>
  host.replace(/[^A-Za-z0-9-]/g, (character) => `~${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const decodeHost = (text: string): string =>
  text.replace(/~([0-9a-f]{4})/g, (_match, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
