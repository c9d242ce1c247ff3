import { LoadError } from "../../base/errors.js";
import { readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { decodeDocument } from "./decode-document.js";
import type { GutenbergParameters } from "./gutenberg.js";
import { type GutenbergHeader, gutenbergHeader } from "./gutenberg-header.js";
import { findMarkers, type GutenbergMarkers } from "./gutenberg-markers.js";
import { decodingColumns, fileStem, noteValue, writeDocument } from "./write-document.js";

/** Loads one book: see the loader. */
export async function loadGutenberg(context: LoadContext<GutenbergParameters>): Promise<void> {
  const file = chooseFile(context);
  context.countRead(file, 1);
  const bytes = await readRawFile(file, context.limits);
  const decoded = decodeDocument(bytes, { file: file.path, limits: context.limits });
  const markers = findMarkers(decoded.text);
  const header = gutenbergHeader(decoded.text, markers.start?.from);
  noteMissing(context, file, header, markers);
  writeDocument(context, file, {
    record: {
      doc_id: documentName(file, header, context.parameters),
      kind: "book",
      format: "gutenberg",
      collection: context.parameters.collection,
      title: header.title,
      authors: header.authors,
      language: header.language,
      license: header.license,
      date: header.release?.date ?? null,
      date_precision: header.release?.precision ?? null,
      publication_year: header.originalYear,
      publication_year_basis: header.originalYear === null ? null : "header",
      ...decodingColumns(decoded),
      declared_encoding: header.declaredEncoding,
      has_start_marker: markers.start !== undefined,
      has_end_marker: markers.end !== undefined,
    },
    header: header.others,
    text: decoded.text,
  });
}

/** UTF-8 before 8-bit before whatever the plain name holds, as the collection itself orders them. */
function chooseFile(context: LoadContext<GutenbergParameters>): SourceFile {
  const rank = ({ path }: SourceFile) => (/\d-0\.[^/.]+$/.test(path) ? 0 : /\d-8\.[^/.]+$/.test(path) ? 1 : 2);
  const ordered = [...context.files].sort((a, b) => rank(a) - rank(b));
  const [file, second] = ordered as [SourceFile, ...SourceFile[]];
  if (second !== undefined && rank(second) === rank(file)) {
    throw new LoadError("two-files", `two files of one book, ${file.path} and ${second.path}`, {
      fields: { files: [file.path, second.path] },
      wayOut: "Let the pattern of the source match one of them.",
    });
  }
  for (const other of ordered.slice(1)) {
    context.countRead(other, 1);
    const rule = "of one book the file ending with -0 is read before -8 before the plain one";
    context.drop({ file: other, scope: "file", item: other.path, reason: "other_encoding", rule, detail: file.path });
  }
  return file;
}

function documentName(file: SourceFile, header: GutenbergHeader, { name }: GutenbergParameters): string {
  if (name === "file") return fileStem(file.path).replace(/(?<=\d)-[08]$/, "");
  const number = header.others.ebook_number;
  if (number === undefined) {
    throw new LoadError("no-number", `${file.path}: there is no eBook number in its header`, {
      fields: { file: file.path },
      wayOut: "Set name: file in the load step, or leave the file out of the source.",
    });
  }
  return `pg${number}`;
}

function noteMissing(
  context: Pick<LoadContext<unknown>, "drop">,
  file: SourceFile,
  header: GutenbergHeader,
  { start, end }: GutenbergMarkers,
): void {
  const note = (item: string, reason: string, rule: string, detail?: string) =>
    noteValue(context, { file, item, reason, rule, ...(detail === undefined ? {} : { detail }) });
  if (start === undefined) note("START", "no_start_marker", "a line *** START OF THE PROJECT GUTENBERG … ***");
  if (end === undefined) note("END", "no_end_marker", "a line *** END OF THE PROJECT GUTENBERG … *** behind it");
  if (header.title === null) note("Title", "no_title", "a header has a title");
  if (header.unreadableDate !== null) {
    note("Release Date", "unreadable_date", "a date such as June 5, 2008 or June, 2008", header.unreadableDate);
  } else if (header.release === undefined) note("Release Date", "no_release_date", "a header has a release date");
}
