import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { syncFolder } from "../base/atomic-file.js";
import { InterruptedError, NetworkError, NeurotablesError, serializeError } from "../base/errors.js";
import { type FileOperations, nodeFiles } from "../base/file-operations.js";
import { downloadFile, type HttpTiming } from "../base/http-download.js";
import { type HttpRules, networkError } from "../base/http-exchange.js";
import { DEFAULT_LIMITS } from "../base/limits.js";
import { redact } from "../base/log.js";
import { guarded } from "../base/storage-error.js";
import { planDownloads } from "./download-plan.js";
import { type DownloadAllowance, downloadRules } from "./download-rules.js";
import { Limiter } from "./limiter.js";
import { downloadFolder, mirrorFolders } from "./mirrors.js";
import { readPins } from "./pinned-sources.js";
import type { Pipeline } from "./pipeline.js";
import type { RunContext } from "./run-context.js";
import { type ResolvedSource, resolveSources } from "./sources.js";
import type { PlannedDownload } from "./types.js";

/** What tests may change about downloads. */
export interface DownloadServices extends DownloadAllowance {
  readonly files?: FileOperations;
  readonly timing?: Partial<HttpTiming>;
}

/** Downloads that go on at once. */
const AT_ONCE = 2;
const SECOND = 1000;
/** The slowest line that a file may come over, in bytes per millisecond, and what is granted to any file. */
const SLOWEST = 100;
const GRANTED = 600 * SECOND;

/**
 * Fetches what planned downloads there are for a pipeline into `<home>/downloads`, and finds its sources anew. A file
 * that cannot be had fails the steps that read it, with the network's error; the others go on.
 */
export async function downloadSources(given: {
  readonly context: Pick<RunContext, "project" | "services" | "journal" | "signal" | "emit" | "store">;
  readonly pipeline: Pipeline;
  readonly sources: ReadonlyMap<string, ResolvedSource>;
}): Promise<{ readonly sources: ReadonlyMap<string, ResolvedSource>; readonly fetched: readonly PlannedDownload[] }> {
  const { context, pipeline } = given;
  const { project, services, signal } = context;
  const pins = await readPins(pipeline.dataset, project.root, services.cache);
  const plan = planDownloads({ pipeline, sources: given.sources, pins });
  if (plan.downloads.length === 0) return { sources: plan.sources, fetched: [] };

  const rules = downloadRules(plan.urls, services.download);
  const temporary = await context.store.temporaryDirectory("download");
  const limiter = new Limiter({ slots: AT_ONCE, memoryBytes: Number.POSITIVE_INFINITY });
  const errors = new Map<string, NeurotablesError>();
  const fetched: PlannedDownload[] = [];
  const lost = new Map<string, NetworkError>();
  try {
    await Promise.all(
      plan.downloads.map((download, index) =>
        limiter.run(0, async () => {
          try {
            if (signal.aborted) throw new InterruptedError();
            await fetchOne({ context, download, rules, temporary: join(temporary, String(index)), lost });
            fetched.push(download);
          } catch (error) {
            if (!(error instanceof NeurotablesError)) throw error;
            errors.set(download.path, error);
          }
        }),
      ),
    );
  } finally {
    (services.download?.files ?? nodeFiles).remove(temporary);
  }
  const sources = await resolveSources({
    pipeline,
    root: project.root,
    ...mirrorFolders(project),
    hashSource: services.hashSource,
    cache: services.cache,
  });
  const told = new Map(planDownloads({ pipeline, sources, pins }).sources);
  for (const download of plan.downloads) {
    const error = errors.get(download.path);
    if (error === undefined) continue;
    for (const [name, resolved] of told) if (needs(resolved, name, download, pipeline)) told.set(name, refused(error));
  }
  return { sources: told, fetched: plan.downloads.filter((download) => fetched.includes(download)) };
}

const refused = (error: NeurotablesError): ResolvedSource => ({ kind: "refused", error });

/** Whether a source is not there for want of a file. Several sources may want the same one. */
function needs(resolved: ResolvedSource, name: string, { path, source }: PlannedDownload, pipeline: Pipeline): boolean {
  if (resolved.kind === "found") return false;
  return name === source || (pipeline.sources.get(name)?.patterns.includes(path) ?? false);
}

async function fetchOne(given: {
  readonly context: Pick<RunContext, "project" | "services" | "journal" | "signal" | "emit">;
  readonly download: PlannedDownload;
  readonly rules: HttpRules;
  readonly temporary: string;
  /** Hosts that were not reached: nothing more is asked of them. */
  readonly lost: Map<string, NetworkError>;
}): Promise<void> {
  const { context, download, rules, temporary, lost } = given;
  const { project, services, signal } = context;
  const { path, sha256, bytes } = download;
  const files = services.download?.files ?? nodeFiles;
  const url = new URL(download.url);
  const target = targetOf(path, downloadFolder(project.home));
  const began = performance.now();
  const seconds = () => (performance.now() - began) / SECOND;
  context.emit({ kind: "download-started", path, from: url.host, bytes });
  try {
    const before = lost.get(url.host);
    if (before !== undefined) {
      throw networkError("unreachable", url, "was not asked for, as its host was not reached just now", {
        cause: before,
        ...(before.wayOut === undefined ? {} : { wayOut: before.wayOut }),
      });
    }
    const request = {
      url,
      path: temporary,
      files,
      maximumBytes: bytes ?? DEFAULT_LIMITS.bytes,
      ...(bytes === null ? {} : { bytes }),
      rules,
      timing: timing(bytes ?? DEFAULT_LIMITS.bytes, services.download?.timing),
      signal,
      onProgress: (done: number) => context.emit({ kind: "download-progress", path, done, total: bytes ?? 0 }),
    };
    let { resumed, ...received } = await downloadFile(request);
    let found = (await files.hash(temporary)).sha256;
    if (resumed && found !== sha256) {
      // It may be of two versions: once more, in one piece.
      files.remove(temporary);
      received = await downloadFile({ ...request, resume: false });
      found = (await files.hash(temporary)).sha256;
    }
    if (found !== sha256) {
      throw networkError("hash-differs", url, `has sha256 ${found}, the pinned file ${sha256}`, {
        fields: { file: path, found, expected: sha256 },
        wayOut: "It is another file than the pinned one and was deleted. Correct the pin, or use a sources folder.",
      });
    }
    await keep({ files, temporary, target });
    context.journal.append({ kind: "downloaded", path, url: redact(download.url), sha256, bytes: received.bytes });
    context.emit({ kind: "download-finished", path, bytes: received.bytes, seconds: seconds() });
  } catch (error) {
    const failed = error instanceof NetworkError && error.tag === "network/unreachable" ? error : undefined;
    // A redirect may have led to another host.
    if (failed?.fields.host === url.host && !lost.has(url.host)) lost.set(url.host, failed);
    if (error instanceof NeurotablesError) {
      const plain = serializeError(error);
      context.emit({ kind: "download-finished", path, bytes: 0, seconds: seconds(), error: plain });
      if (!(error instanceof InterruptedError))
        context.journal.append({ kind: "download-failed", path, url: redact(download.url), error: plain });
    }
    throw error;
  } finally {
    files.remove(temporary);
  }
}

/** Where a file goes. The path was checked when the pins were read; this is the last look. */
function targetOf(path: string, folder: string): string {
  const target = join(folder, path);
  const below = relative(folder, target);
  if (below === "" || isAbsolute(below) || below === ".." || below.startsWith(`..${sep}`)) {
    throw new Error(`${path} leads out of ${folder}`);
  }
  return target;
}

/** Gives a complete, synced file its name, durably. */
async function keep(given: {
  readonly files: FileOperations;
  readonly temporary: string;
  readonly target: string;
}): Promise<void> {
  const { files, temporary, target } = given;
  guarded("write", target, () => {
    files.mkdir(dirname(target));
    files.rename(temporary, target);
  });
  await syncFolder(files, dirname(target));
}

function timing(bytes: number, given: Partial<HttpTiming> = {}): HttpTiming {
  return {
    idle: 30 * SECOND,
    total: GRANTED + bytes / SLOWEST,
    backOff: SECOND / 2,
    longestWait: 60 * SECOND,
    ...given,
  };
}
