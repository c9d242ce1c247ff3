import { resolve } from "node:path";
import { EXIT, type ExitCode, UsageError } from "../../base/errors.js";
import type { ArchiveRequest } from "../../engine/fetch-archive.js";
import type { FetchEvent } from "../../engine/fetch-members.js";
import { progressView } from "../progress.js";
import { byteText, countText, pluralText } from "../quantities.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../text-width.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands, options } = context;
  const members = operands.slice(1);
  const into = options.text("into");
  const listing = options.flag("list");
  if (!listing) refuseIncomplete(members, into);
  const strip = stripOf(options.text("strip"));
  const { isUrl } = await import("../../engine/fetch-archive.js");
  const stop = new AbortController();
  const forget = output.terminal.onInterrupt(() => stop.abort());
  const [named] = operands as [string];
  const request: ArchiveRequest = {
    archive: isUrl(named) ? named : resolve(output.terminal.cwd, named),
    hosts: options.texts("allow-host"),
    signal: stop.signal,
  };
  try {
    if (listing) await list(context, request, members);
    else {
      const folder = resolve(output.terminal.cwd, into as string);
      await fetchInto(context, { ...request, members, into: folder, strip, force: options.flag("force") });
    }
    return EXIT.ok;
  } finally {
    forget();
  }
}

async function list({ output }: VerbContext, request: ArchiveRequest, members: readonly string[]): Promise<void> {
  const { listMembers } = await import("../../engine/fetch-members.js");
  const { archive, size, groups } = await listMembers({ ...request, members });
  if (output.json) {
    await output.document({ archive, size, groups });
    return;
  }
  const rows = groups.map(({ name, files, bytes }) => [name, countText(files), byteText(bytes)]);
  await output.data(
    textTable(
      [
        { name: "member", align: "left", whole: true },
        { name: "files", align: "right" },
        { name: "size", align: "right" },
      ],
      rows,
      { header: (line) => output.paint("bold", line) },
    ),
  );
  output.talk(`${pluralText(groups.length, "member")}, archive of ${byteText(size)}`);
}

async function fetchInto(
  { output }: VerbContext,
  request: ArchiveRequest & {
    readonly members: readonly string[];
    readonly into: string;
    readonly strip: number;
    readonly force: boolean;
  },
): Promise<void> {
  const { fetchMembers } = await import("../../engine/fetch-members.js");
  const progress = progressView(output);
  const began = new Map<string, number>();
  const now = () => performance.now();
  const onEvent = (event: FetchEvent) => {
    if (event.kind === "progress") progress.event({ ...event, kind: "download-progress" });
    else if (event.kind === "started") {
      began.set(event.path, now());
      progress.event({ ...event, kind: "download-started" });
    } else if (event.item.status === "fetched") {
      const { path, bytes } = event.item;
      const seconds = (now() - (began.get(path) ?? now())) / 1000;
      progress.event({ kind: "download-finished", path, bytes, seconds });
    }
  };
  try {
    const summary = await fetchMembers({ ...request, onEvent });
    progress.stop();
    if (output.json) {
      await output.document(summary);
      return;
    }
    const lines = summary.items.map(
      ({ path, files, bytes, status }) =>
        `${status === "fetched" ? "fetched  " : "unchanged"}  ${visibleText(path)}  ${pluralText(files, "file")}, ${byteText(bytes)}`,
    );
    await output.data(`${lines.join("\n")}\n`);
    const { requests, receivedBytes, resumedFiles } = summary;
    if (requests > 0) output.talk(`${byteText(receivedBytes)} received in ${pluralText(requests, "request")}`);
    if (resumedFiles > 0) output.talk(`${pluralText(resumedFiles, "file")} kept from an earlier fetch`);
  } finally {
    progress.stop();
  }
}

function refuseIncomplete(members: readonly string[], into: string | undefined): void {
  if (members.length === 0) {
    throw new UsageError("operands", "neurotables fetch needs a MEMBER: a file, folder or pattern in the archive", {
      wayOut: "neurotables fetch ARCHIVE --list shows what there is",
    });
  }
  if (into === undefined) {
    throw new UsageError("option-missing", "neurotables fetch needs --into", { wayOut: "give --into DIR" });
  }
}

function stripOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError("option-value", `--strip is a number of folders, not "${text}"`, { fields: { strip: text } });
}
