import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import type { SplitRecordRow } from "../../tables/generated/fisbe.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({});

const SECTION = /^\(\d+\)\s*samples for FlyLight (completely|partly)\s*:$/i;
const SPLIT = /^(train|val|test)\s*:$/i;
const SAMPLE = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

type LabelSet = SplitRecordRow["label_set"];
type Split = SplitRecordRow["split"];

/** A name of the list of samples per split. */
export interface ListedSample {
  readonly sample: string;
  readonly labelSet: LabelSet;
  readonly split: Split;
  readonly line: number;
}

/**
 * Reads the text of a list of samples per split: sections `(1) samples for FlyLight completely:`, in each `train:`,
 * `val:`, `test:`, then one name per line; blank lines anywhere.
 * @throws {LoadError} `load/split-list` with the line, for anything else and for a name listed twice.
 */
export function parseSplitList(text: string, file: string): ListedSample[] {
  const listed: ListedSample[] = [];
  const seen = new Map<string, number>();
  let labelSet: LabelSet | undefined;
  let split: Split | undefined;
  const refuse = (line: number, what: string) =>
    new LoadError("split-list", `${file}, line ${line}: ${what}`, {
      fields: { file, line },
      wayOut: "The list has sections `(1) samples for FlyLight completely:`, in each train:, val:, test:, then names.",
    });
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === "") continue;
    const section = SECTION.exec(content)?.[1];
    if (section !== undefined) {
      labelSet = section.toLowerCase() as LabelSet;
      split = undefined;
      continue;
    }
    const named = SPLIT.exec(content)?.[1];
    if (named !== undefined) {
      if (labelSet === undefined) throw refuse(line, `"${content}" stands before the first section`);
      split = named.toLowerCase() as Split;
      continue;
    }
    if (!SAMPLE.test(content)) throw refuse(line, `"${content.slice(0, 80)}" is neither a heading nor a name`);
    if (labelSet === undefined || split === undefined) throw refuse(line, `${content} stands under no split`);
    const before = seen.get(content);
    if (before !== undefined) throw refuse(line, `${content} is listed before, in line ${before}`);
    seen.set(content, line);
    listed.push({ sample: content, labelSet, split, line });
  }
  if (listed.length === 0) throw refuse(1, "it names no sample");
  return listed;
}

/** The list of samples per split: which are labelled completely or partly, and in which split each is. */
export const splitList: Loader<z.infer<typeof parameters>> = {
  name: "fisbe/split-list",
  description: "FISBe's list of samples per split",
  partition: "file",
  outputs: ["split_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const text = decodeUtf8(await readRawFile(file, context.limits), { file: file.path, limits: context.limits });
    const listed = parseSplitList(text, file.path);
    context.countRead(file, listed.length);
    context.sink("split_record").write(
      listed.map(
        ({ sample, labelSet, split, line }): SplitRecordRow => ({
          sample_id: sample,
          label_set: labelSet,
          split,
          line_number: line,
          source_id: file.sourceId,
        }),
      ),
    );
    context.countCarried(file, listed.length);
  },
};
