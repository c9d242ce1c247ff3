import type { Hdf5Content } from "./hdf5-content.js";
import type { NwbObjects } from "./nwb-objects.js";

/** What a file states of animal and session. */
export interface NwbStatements {
  readonly strain: string | null;
  readonly genotype: string | null;
  readonly sex: string | null;
  readonly stage: string | null;
  readonly subjectId: string | null;
  readonly identifier: string | null;
  /** Other short statements by path; the age of the animal among them. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const MOST_VALUES = 16;
const MOST_CHARACTERS = 1000;

/** Reads the Subject by its type, and every short text or number of the root and `/general` into `extra`. */
export function readStatements(content: Hdf5Content, objects: NwbObjects): NwbStatements {
  const subject = objects.ofType("Subject")[0]?.path ?? "/general/subject";
  const text = (path: string): string | null => {
    if (!content.has(path)) return null;
    const value = content.texts(path)[0]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const strain = text(`${subject}/strain`);
  const genotype = text(`${subject}/genotype`);
  const sex = text(`${subject}/sex`);
  const stage = text(`${subject}/growth_stage`) ?? text(`${subject}/stage`);
  const extra: Record<string, unknown> = Object.create(null);
  for (const { path, kind } of content.entries) {
    if (kind !== "dataset" || !/^\/(?:general\/.*|[^/]+)$/.test(path) || content.isUsed(path)) continue;
    const values = shortValues(content, path);
    if (values === null) continue;
    content.use(path);
    extra[path.slice(1)] = values.length === 1 ? values[0] : values;
  }
  const subjectId = text(`${subject}/subject_id`);
  return { strain, genotype, sex, stage, subjectId, identifier: text("/identifier"), extra };
}

function shortValues(content: Hdf5Content, path: string): (string | number)[] | null {
  const shape = content.shapeOf(path);
  if (shape === null || shape.reduce((product, size) => product * size, 1) > MOST_VALUES) return null;
  const { hdf5 } = content;
  if (content.isNumeric(path)) return Array.from(hdf5.dataset(path).read(), Number);
  if (!content.isText(path)) return null;
  const texts = hdf5.dataset(path).readStrings();
  return texts.some((value) => value.length > MOST_CHARACTERS) ? null : texts;
}
