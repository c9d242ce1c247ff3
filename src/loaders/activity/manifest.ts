import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import { onlyFile } from "../connectome/raw-file.js";
import { dropColumns } from "../connectome/record-list.js";
import { readTextRecords } from "../connectome/text-records.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published dataset of the recordings: Dag2023, Flavell2023"),
});

export type ManifestParameters = z.infer<typeof parameters>;

const HEAD_SIGN = "θh_pos_is_ventral";
const COLUMNS = ["filename", "checksum", "uid", HEAD_SIGN, "label", "type", "event", "t_range"];

/**
 * Manifests of WormWideWeb, CSV: file name, sha256, recording, sign of the head angle, conditions, events and usable
 * frames, one row per recording. Conditions, events and ranges stay verbatim. A row without a recording's name, or for a
 * recording named before, is dropped with a row.
 * @throws {FormatError} `format/missing-column`, `format/ragged-row`, naming file and line.
 */
export const manifest: Loader<ManifestParameters> = {
  name: "activity/manifest",
  description: "Release manifests of WormWideWeb, CSV",
  partition: "file",
  outputs: ["manifest_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const list = await readTextRecords(context, file, { separator: ",", required: ["filename", "uid"] });
    dropColumns(context, { file, columns: list.columns, used: COLUMNS });
    context.countRead(file, list.records.length);
    const rows: Row[] = [];
    const seen = new Set<string>();
    for (const { cell, get } of list.records) {
      const text = (column: string) => String(get(column) ?? "").trim() || null;
      const uid = text("uid");
      const filename = text("filename");
      if (uid === null || filename === null || seen.has(uid)) {
        const rule = "a manifest names every recording and its file once";
        const reason = uid === null || filename === null ? "no_name" : "repeated";
        context.drop({ file, scope: "recording", item: cell, reason, rule, detail: `${uid ?? ""} ${filename ?? ""}` });
        continue;
      }
      seen.add(uid);
      const flag = (column: string) => truth(context, { file, item: `${cell}, ${column}`, text: text(column) });
      rows.push({
        dataset: context.parameters.dataset,
        worm_uid: uid,
        source_id: file.sourceId,
        filename,
        checksum: text("checksum"),
        head_angle_positive_is_ventral: flag(HEAD_SIGN),
        has_label: flag("label"),
        condition: text("type"),
        event: text("event"),
        t_range: text("t_range"),
      });
    }
    context.sink("manifest_record").write(rows);
    context.countCarried(file, rows.length);
  },
};

/** `true` and `false`; anything else is null, with a row when it is not empty. */
function truth(
  context: Pick<LoadContext<unknown>, "drop">,
  { file, item, text }: { readonly file: SourceFile; readonly item: string; readonly text: string | null },
): boolean | null {
  if (text === "true") return true;
  if (text === "false") return false;
  if (text !== null) {
    const rule = "the column holds true or false";
    context.drop({ file, scope: "value", item, reason: "unreadable", rule, detail: text, count: 0 });
  }
  return null;
}
