import type { StripLevel } from "./strip-rules.js";
import type { TextFormat } from "./strip-text.js";

/** Which texts may be passed on. All that an entry names must hold. */
export interface LicenceEntry {
  /** `CC BY`, `public domain` …, or a licence word for word. */
  readonly licence: string;
  /** Only of this collection. */
  readonly source?: string | undefined;
  /** Only of files read in this way. */
  readonly format?: TextFormat | undefined;
  /** Only when at least this was stripped. */
  readonly strip?: "markers" | "credits" | "typography" | undefined;
}

/** Texts of Project Gutenberg without its header and licence, whose terms apply where its name is kept. */
export const DEFAULT_LICENCES: readonly LicenceEntry[] = [
  { licence: "CC0" },
  { licence: "CC BY" },
  { licence: "CC BY-SA" },
  { licence: "public domain", format: "gutenberg", strip: "markers" },
  { licence: "Project Gutenberg License", format: "gutenberg", strip: "markers" },
];

export interface StatedLicence {
  readonly text: string | null;
  readonly url: string | null;
}

/**
 * The short name of a licence that is written out or given by its address; null where it is none of the known ones.
 * Restrictions win: a text that names both CC BY and non-commercial use is `CC BY-NC`.
 */
export function licenceName({ text, url }: StatedLicence): string | null {
  const words = `${text ?? ""} ${url ?? ""}`.toLowerCase();
  const attribution = /creative\s*commons[\s,]+attribution|\bcc[ -]by\b|creativecommons\.org\/licen[cs]es\/by/.test(
    words,
  );
  const noncommercial = /non-?\s?commercial|\bnot\b.{0,60}\bcommercial|\bby-nc\b|\bnc\b/.test(words);
  const noDerivatives = /no-?\s?deriv|\bnd\b/.test(words);
  const shareAlike = /share-?\s?alike|\bby-sa\b|\bsa\b/.test(words);
  if (noncommercial) return `CC BY-NC${noDerivatives ? "-ND" : shareAlike ? "-SA" : ""}`;
  if (noDerivatives) return "CC BY-ND";
  if (attribution) return shareAlike ? "CC BY-SA" : "CC BY";
  if (/\bcc0\b|publicdomain\/zero|creative\s*commons\s+zero/.test(words)) return "CC0";
  if (/project gutenberg(?:-tm|\u2122)? licen[cs]e/.test(words)) return "Project Gutenberg License";
  if (/public[\s-]domain/.test(words)) return "public domain";
  return null;
}

/** Whether a licence forbids what is done with texts here, whatever a list says. */
function isForbidden(stated: StatedLicence): boolean {
  return licenceName(stated)?.startsWith("CC BY-NC") === true;
}

/**
 * Whether the text of a document may be passed on: a licence is stated, and all that are stated (by the file, by the
 * manifest) are on the list. Unknown and non-commercial ones never are.
 */
export function isPublishable(
  stated: readonly StatedLicence[],
  of: { readonly source: string; readonly format: TextFormat; readonly strip: StripLevel },
  list: readonly LicenceEntry[],
): boolean {
  const known = stated.filter(({ text, url }) => (text ?? "").trim() !== "" || (url ?? "").trim() !== "");
  return (
    known.length > 0 &&
    known.every((licence) => !isForbidden(licence) && list.some((entry) => allows(entry, licence, of)))
  );
}

const DEPTH: Readonly<Record<StripLevel, number>> = {
  none: 0,
  markers_published: 0,
  markers: 1,
  credits: 2,
  typography: 3,
};

function allows(
  entry: LicenceEntry,
  licence: StatedLicence,
  of: { readonly source: string; readonly format: TextFormat; readonly strip: StripLevel },
): boolean {
  return (
    (entry.licence === licenceName(licence) || entry.licence === licence.text) &&
    (entry.source === undefined || entry.source === of.source) &&
    (entry.format === undefined || entry.format === of.format) &&
    (entry.strip === undefined || DEPTH[of.strip] >= DEPTH[entry.strip])
  );
}
