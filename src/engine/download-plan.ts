import { isStoreFolder } from "./glob.js";
import { downloadUrl, type Pin, pinsOf } from "./pinned-sources.js";
import type { Pipeline } from "./pipeline.js";
import { type ResolvedSource, resolvedFile } from "./sources.js";
import type { MissingSource, PlannedDownload } from "./types.js";

/** What can be fetched for a pipeline, and the sources as they are told of when that is all there is. */
export interface DownloadPlan {
  readonly downloads: readonly PlannedDownload[];
  /** The sources, with the reason why a missing one cannot be fetched. */
  readonly sources: ReadonlyMap<string, ResolvedSource>;
  /** All that the dataset's pins and the pipeline name: redirects may lead there. */
  readonly urls: readonly URL[];
}

/**
 * Which pinned files would be fetched: those of sources that the pipeline's steps read and no mirror holds, and
 * downloaded ones that are no longer as pinned. A source of which one file cannot be fetched is left alone.
 */
export function planDownloads(given: {
  readonly pipeline: Pipeline;
  readonly sources: ReadonlyMap<string, ResolvedSource>;
  readonly pins: ReadonlyMap<string, Pin>;
}): DownloadPlan {
  const { pipeline, pins } = given;
  const sources = new Map(given.sources);
  const downloads = new Map<string, PlannedDownload>();
  for (const name of new Set(pipeline.steps.flatMap((step) => (step.kind === "load" ? step.sources : [])))) {
    const resolved = sources.get(name) as ResolvedSource;
    const wanted = wantedPins({ pipeline, name, resolved, pins });
    const unavailable = new Map<string, string>();
    const planned: PlannedDownload[] = [];
    for (const { pattern, list } of wanted) {
      if (list.length === 0) unavailable.set(pattern, "cannot be downloaded: no pinned file matches");
      for (const pin of list) {
        const url = downloadUrl(pin);
        const { path, sha256, bytes } = pin;
        if (sha256 === undefined) unavailable.set(pattern, `cannot be downloaded: no sha256 of ${path} is pinned`);
        else if (url === undefined) {
          const why = isStoreFolder(path)
            ? `${path} stands for a folder`
            : pin.derived
              ? `${path} is derived from published files`
              : `no address of ${path} is pinned`;
          unavailable.set(pattern, `cannot be downloaded: ${why}`);
        } else
          planned.push({ pipeline: pipeline.name, source: name, path, url: url.href, sha256, bytes: bytes ?? null });
      }
    }
    if (unavailable.size === 0) {
      for (const download of planned) if (!downloads.has(download.path)) downloads.set(download.path, download);
    } else if (resolved.kind === "missing") {
      const because = (missing: MissingSource) => unavailable.get(missing.pattern) ?? missing.reason;
      const missing = resolved.missing.map((one) => {
        const reason = because(one);
        return reason === undefined ? one : { ...one, reason };
      });
      sources.set(name, { ...resolved, missing });
    }
  }
  return { downloads: [...downloads.values()], sources, urls: pinnedUrls(pipeline, pins) };
}

function wantedPins(given: {
  readonly pipeline: Pipeline;
  readonly name: string;
  readonly resolved: ResolvedSource;
  readonly pins: ReadonlyMap<string, Pin>;
}): { readonly pattern: string; readonly list: readonly Pin[] }[] {
  const { pipeline, name, resolved, pins } = given;
  const source = pipeline.sources.get(name);
  if (source === undefined || resolved.kind === "found" || resolved.rest === undefined) return [];
  const missing = new Set(resolved.kind === "missing" ? resolved.missing.map(({ pattern }) => pattern) : []);
  const held = new Set(resolved.rest.files.map(({ job }) => job.path));
  const outdated = new Set(resolved.rest.outdated);
  return source.patterns.flatMap((pattern) => {
    const pinned = pinsOf(pattern, source, pins);
    const list = pinned.filter(({ path }) => (missing.has(pattern) ? !held.has(path) : outdated.has(path)));
    return missing.has(pattern) || list.length > 0 ? [{ pattern, list }] : [];
  });
}

function pinnedUrls(pipeline: Pipeline, pins: ReadonlyMap<string, Pin>): URL[] {
  const ofPins = [...pins.values()].map(downloadUrl);
  const ofSources = [...pipeline.sources.values()].map(({ url }) =>
    url === undefined ? undefined : downloadUrl({ path: "", url }),
  );
  return [...ofPins, ...ofSources].filter((url) => url !== undefined);
}

/** The sources as they would be once everything planned is fetched: for plans, which fetch nothing. */
export function assumeDownloaded(given: {
  readonly pipeline: Pipeline;
  readonly plan: DownloadPlan;
  readonly pins: ReadonlyMap<string, Pin>;
  /** The folder of downloads. */
  readonly folder: string;
}): ReadonlyMap<string, ResolvedSource> {
  const { pipeline, plan, pins, folder } = given;
  const sources = new Map(plan.sources);
  const planned = new Map(plan.downloads.map((download) => [download.path, download]));
  for (const [name, resolved] of plan.sources) {
    const wanted = wantedPins({ pipeline, name, resolved, pins }).flatMap(({ list }) => list);
    if (resolved.kind === "found" || wanted.length === 0 || !wanted.every(({ path }) => planned.has(path))) continue;
    const fetched = wanted.map((pin) =>
      resolvedFile({
        dataset: pipeline.dataset,
        pin,
        mirror: folder,
        bytes: pin.bytes ?? 0,
        sha256: pin.sha256 ?? "",
      }),
    );
    sources.set(name, { kind: "found", files: [...(resolved.rest?.files ?? []), ...fetched] });
  }
  return sources;
}
