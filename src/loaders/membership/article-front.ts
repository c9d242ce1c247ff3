import { attributeOf, elementsAt, textOf, type XmlElement } from "../../formats/xml/xml-element.js";
import { calendarDate, type DocumentDate } from "./document-date.js";

export interface ArticleFront {
  readonly title: string | null;
  readonly authors: readonly string[];
  /** The first of the wanted kinds of date that the article has. */
  readonly date: DocumentDate | undefined;
  /** Short form where the statement or its address names a Creative Commons licence; else the statement. */
  readonly license: string | null;
  readonly licenseUrl: string | null;
  readonly licenseStatement: string | null;
  readonly doi: string | null;
  readonly journal: string | null;
}

/** Metadata of a JATS article from its `<front>`. @param dateTypes wanted kinds of `pub-date`, the best first. */
export function articleFront(front: XmlElement, dateTypes: readonly string[]): ArticleFront {
  const meta = elementsAt(front, "article-meta")[0];
  const at = (...path: string[]) => (meta === undefined ? [] : elementsAt(meta, ...path));
  const license = at("permissions", "license")[0];
  const statement = license === undefined ? null : textOf(license) || null;
  const url = license === undefined ? null : licenseAddress(license, at("permissions", "license_ref"));
  const doi = at("article-id").find((id) => attributeOf(id, "pub-id-type") === "doi");
  const [journal] = elementsAt(front, "journal-meta", "journal-title-group", "journal-title");
  return {
    title: textOf(at("title-group", "article-title")[0]) || null,
    authors: at("contrib-group", "contrib").flatMap(authorOf),
    date: dateOf(at("pub-date"), dateTypes),
    license: shortLicence(url, statement),
    licenseUrl: url,
    licenseStatement: statement,
    doi: textOf(doi) || null,
    journal: textOf(journal) || null,
  };
}

function authorOf(contributor: XmlElement): string[] {
  if ((attributeOf(contributor, "contrib-type") ?? "author") !== "author") return [];
  const [name] = [
    ...elementsAt(contributor, "name"),
    ...elementsAt(contributor, "name-alternatives", "name"),
    ...elementsAt(contributor, "string-name"),
  ];
  if (name === undefined) {
    const group = textOf(elementsAt(contributor, "collab")[0]);
    return group === "" ? [] : [group];
  }
  const parts = ["given-names", "surname", "suffix"].map((part) => textOf(elementsAt(name, part)[0]));
  const full = parts.filter((part) => part !== "").join(" ") || textOf(name);
  return full === "" ? [] : [full];
}

/** JATS before 1.1 names the kind in `pub-type`, later versions in `date-type` and `publication-format`. */
function kindOf(date: XmlElement): string | undefined {
  const kind = attributeOf(date, "pub-type");
  if (kind !== undefined) return kind;
  const electronic = attributeOf(date, "publication-format") === "electronic";
  const type = attributeOf(date, "date-type");
  return electronic && (type === undefined || type === "pub") ? "epub" : type;
}

function dateOf(dates: readonly XmlElement[], wanted: readonly string[]): DocumentDate | undefined {
  for (const kind of wanted) {
    for (const date of dates.filter((each) => kindOf(each) === kind)) {
      const part = (name: string) => textOf(elementsAt(date, name)[0]) || undefined;
      const year = part("year");
      const found = year === undefined ? undefined : calendarDate(Number(year), part("month"), part("day"));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function licenseAddress(license: XmlElement, references: readonly XmlElement[]): string | null {
  const stated = attributeOf(license, "href");
  if (stated !== undefined && stated !== "") return stated;
  const [reference] = [...elementsAt(license, "license_ref"), ...references];
  if (reference !== undefined && textOf(reference) !== "") return textOf(reference);
  const links = elementsAt(license, "license-p", "ext-link").map((link) => attributeOf(link, "href") ?? "");
  return links.find((link) => link.includes("creativecommons.org/")) ?? null;
}

/** `CC-BY-4.0` by an address, `CC-BY` by words (which name no version). */
function shortLicence(url: string | null, statement: string | null): string | null {
  const address = /creativecommons\.org\/(?:licenses|publicdomain)\/([a-z-]+)\/(\d\.\d)/i.exec(url ?? "");
  const [, kind, version] = address ?? [];
  if (kind !== undefined && version !== undefined) {
    const name = kind.toLowerCase();
    if (name === "zero") return `CC0-${version}`;
    if (name === "mark") return `PDM-${version}`;
    return `CC-${name.toUpperCase()}-${version}`;
  }
  if (statement === null) return null;
  if (/\bCC0\b|Creative Commons (?:Zero|public domain)/i.test(statement)) return "CC0-1.0";
  const words =
    /Creative Commons Attribution((?:[- ]+(?:Non[- ]?Commercial|No[- ]?Deriv(?:ative)?s?|Share[- ]?Alike))*)/i.exec(
      statement,
    );
  if (words === null) return statement.slice(0, 300).replace(/\p{Cs}/gu, "");
  const has = (pattern: RegExp) => pattern.test(words[1] ?? "");
  const parts = [
    "CC-BY",
    ...(has(/commercial/i) ? ["NC"] : []),
    ...(has(/deriv/i) ? ["ND"] : []),
    ...(has(/alike/i) ? ["SA"] : []),
  ];
  return parts.join("-");
}
