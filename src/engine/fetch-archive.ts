import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { NetworkError, StorageError, UsageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import type { HttpTiming } from "../base/http-download.js";
import { urlText } from "../base/http-exchange.js";
import { HttpRanges, type HttpTraffic } from "../base/http-ranges.js";
import { errorCode, storageError } from "../base/storage-error.js";
import { RandomAccess } from "../formats/archive/random-access.js";
import type { ByteSource } from "../formats/archive/remote-directory.js";
import type { ReadSizes } from "../formats/archive/remote-reads.js";
import { type RemoteZip, readRemoteZip } from "../formats/archive/remote-zip.js";
import { type DownloadAllowance, downloadRules } from "./download-rules.js";

/** What tests may change about a fetch. */
export interface FetchServices extends DownloadAllowance {
  readonly files?: FileOperations;
  readonly timing?: Partial<HttpTiming>;
  readonly sizes?: ReadSizes;
  /** Bytes free below a folder; undefined where that is not known. */
  readonly freeBytes?: (folder: string) => Promise<number | undefined>;
}

/** Which archive to open. */
export interface ArchiveRequest {
  /** An https URL, or the absolute path of a zip file. */
  readonly archive: string;
  /** Hosts, besides the URL's own, that the server may redirect to. */
  readonly hosts?: readonly string[];
  readonly services?: FetchServices;
  readonly signal: AbortSignal;
}

export interface OpenArchive {
  readonly zip: RemoteZip;
  /** The host, or the name of a file on disk. */
  readonly from: string;
  traffic(): HttpTraffic;
  /** Ends what is being read. */
  close(): Promise<void>;
}

const SECOND = 1000;
const TIMING: HttpTiming = { idle: 30 * SECOND, total: 900 * SECOND, backOff: SECOND / 2, longestWait: 60 * SECOND };

/** Whether an archive is named by a URL rather than a path. */
export function isUrl(archive: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(archive);
}

/**
 * Opens a zip archive, from disk or by byte ranges over HTTPS, and checks its whole directory.
 * @throws {UsageError} `usage/no-archive`, `usage/archive-url`; `NetworkError`; `FormatError`.
 */
export async function openArchive(request: ArchiveRequest): Promise<OpenArchive> {
  return isUrl(request.archive) ? openUrl(request) : openPath(request.archive);
}

async function openUrl({ archive, hosts = [], services = {}, signal }: ArchiveRequest): Promise<OpenArchive> {
  const wayOut = "Give an address that begins with https://, or the path of a zip file.";
  if (!URL.canParse(archive)) throw new UsageError("archive-url", `${archive} is no address`, { wayOut });
  const url = new URL(archive);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new UsageError("archive-url", `archives are not read over ${url.protocol.slice(0, -1)}`, {
      fields: { protocol: url.protocol },
      wayOut,
    });
  }
  const rules = downloadRules([url, ...hosts.map(hostUrl)], services);
  const ranges = await HttpRanges.open({ url, rules, timing: { ...TIMING, ...services.timing }, signal });
  try {
    const zip = await readRemoteZip(ranges, { file: urlText(url) });
    return { zip, from: url.host, traffic: () => ranges.traffic, close: async () => ranges.close() };
  } catch (error) {
    ranges.close();
    throw error;
  }
}

async function openPath(path: string): Promise<OpenArchive> {
  const access = await openFile(path);
  const close = () => new Promise<void>((resolve) => access.close(() => resolve()));
  const source: ByteSource = {
    size: access.size,
    slice: (position, length) =>
      access.slice(position, length).catch((error: unknown) => {
        throw storageError("read", path, error);
      }),
  };
  try {
    const zip = await readRemoteZip(source, { file: path });
    return { zip, from: basename(path), traffic: () => ({ requests: 0, bytes: 0 }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openFile(path: string): Promise<RandomAccess> {
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    return await RandomAccess.open(path);
  } catch (error) {
    const code = errorCode(error) ?? String(error);
    throw new UsageError("no-archive", `the archive ${path} cannot be read: ${code}`, {
      fields: { file: path, errno: code },
      wayOut: "Give the path of a zip file, or an address that begins with https://.",
      cause: error,
    });
  }
}

/** A host name as it is allowed, with its port where it has one. */
function hostUrl(host: string): URL {
  const text = `https://${host}/`;
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.pathname === "/" && url.username === "" && url.search === "" && url.hash === "") return url;
  }
  throw new UsageError("option-value", `"${host}" is no name of a host`, { wayOut: "For example files.example.org" });
}

const WAYS_OUT: Readonly<Record<string, string>> = {
  "network/not-https": "Give an address that begins with https://, or download the archive and give its path.",
  "network/credentials": "Give a public address, or download the archive and give its path.",
  "network/private-address": "Archives of your own network are read from disk: copy it and give its path.",
};

/** An error with a way out for who typed an address and --into: the layers below speak of pins and of --home. */
export function explained(error: unknown): unknown {
  if (error instanceof StorageError && error.fields.errno !== undefined) {
    const { tag, message, fields } = error;
    const wayOut =
      tag === "storage/disk-full"
        ? "Free some space and run again: the fetch goes on from there. Or choose another --into."
        : "Look at the folder of --into (is it writable, is it mounted?), then run again: the fetch goes on from there.";
    return new StorageError(tag.slice("storage/".length), message, { fields, wayOut, cause: error.cause });
  }
  if (!(error instanceof NetworkError)) return error;
  const { tag, message, fields } = error;
  const elsewhere = tag === "network/host-not-allowed";
  const wayOut = elsewhere
    ? `The server redirects there. If you trust ${fields.host}, add --allow-host ${fields.host}.`
    : WAYS_OUT[tag];
  if (wayOut === undefined) return error;
  const said = elsewhere ? message.replace("no pinned address names", "was not named") : message;
  return new NetworkError(tag.slice("network/".length), said, { fields, wayOut, cause: error.cause });
}
