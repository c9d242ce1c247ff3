import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { attributeOf, localName, readElement } from "../../formats/xml/xml-element.js";
import { readXml } from "../../formats/xml/xml-reader.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { LoadContext } from "../loader.js";
import { type ArticleFront, articleFront } from "./article-front.js";
import { ArticleText, type Formulas } from "./article-text.js";
import { decodeDocument } from "./decode-document.js";
import type { JatsParameters } from "./jats.js";
import { languageCode } from "./language-code.js";
import { decodingColumns, fileStem, noteValue, writeDocument } from "./write-document.js";

export interface Article {
  /** `research-article`, … */
  readonly type: string | null;
  readonly language: string | null;
  readonly front: ArticleFront;
  readonly text: string;
  /** Formulas and tables in the body. */
  readonly formulas: number;
  readonly tables: number;
}

interface ReadOptions {
  readonly file: string;
  readonly limits: Limits;
  readonly formulas: Formulas;
  readonly dates: readonly string[];
}

/** Loads one article: see the loader. */
export async function loadArticle(context: LoadContext<JatsParameters>): Promise<void> {
  const file = onlyFile(context.files);
  const { collection, formulas, dates } = context.parameters;
  context.countRead(file, 1);
  const { limits } = context;
  const decoded = decodeDocument(await readRawFile(file, limits), { file: file.path, limits });
  const declared = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(decoded.text.slice(0, 200))?.[1] ?? null;
  if (decoded.encoding === "cp1252" && !/^(iso-?8859-1|latin-?1|windows-1252)$/i.test(declared ?? "")) {
    throw new LoadError("undecodable", `${file.path}: it is not the ${declared ?? "UTF-8"} that it should be`, {
      fields: { file: file.path, declared },
      wayOut: "Fetch the file again, or save it as UTF-8.",
    });
  }
  const article = readArticle(decoded.text, { file: file.path, limits, formulas, dates });
  const { front } = article;
  if (front.date === undefined) {
    const rule = `an article has a date of publication of the kind ${dates.join(", ")}`;
    noteValue(context, { file, item: "pub-date", reason: "no_release_date", rule });
  }
  if (front.title === null) {
    noteValue(context, { file, item: "article-title", reason: "no_title", rule: "an article has a title" });
  }
  const year = front.date === undefined ? null : Number(front.date.date.slice(0, 4));
  writeDocument(context, file, {
    record: {
      doc_id: fileStem(file.path),
      kind: "paper",
      format: "jats",
      collection,
      title: front.title,
      authors: front.authors,
      language: article.language,
      license: front.license,
      license_url: front.licenseUrl,
      date: front.date?.date ?? null,
      date_precision: front.date?.precision ?? null,
      publication_year: year,
      publication_year_basis: year === null ? null : "date",
      ...decodingColumns(decoded),
      declared_encoding: declared,
    },
    header: {
      article_type: article.type,
      doi: front.doi,
      formulas: article.formulas,
      formulas_kept: formulas === "text",
      journal: front.journal,
      license_statement: front.licenseStatement,
      tables_dropped: article.tables,
    },
    text: article.text,
  });
}

/**
 * Reads a JATS article event by event; of sub-articles and responses nothing is taken. Memory: the front and the text.
 * @throws {FormatError} as `readXml`. {LoadError} `load/not-jats`, `load/no-body`, `load/empty-document`.
 */
export function readArticle(xml: string, { file, limits, formulas, dates }: ReadOptions): Article {
  const events = readXml(xml, { file, limits });
  const body = new ArticleText({ formulas });
  let type: string | null = null;
  let language: string | null = null;
  let front: ArticleFront | undefined;
  let hasBody = false;
  /** Below the root; inside the body. */
  let depth = 0;
  let bodyDepth = 0;
  for (let next = events.next(); !next.done; next = events.next()) {
    const event = next.value;
    if (event.kind === "text") {
      if (bodyDepth > 0) body.text(event.text);
    } else if (event.kind === "close") {
      depth -= 1;
      if (bodyDepth > 0) {
        bodyDepth -= 1;
        body.close();
      }
    } else if (bodyDepth > 0) {
      depth += 1;
      bodyDepth += 1;
      body.open(event.name);
    } else {
      const name = localName(event.name);
      if (depth === 0) {
        if (name !== "article") throw notJats(file, event.name);
        const root = { name: event.name, attributes: event.attributes, children: [] };
        type = attributeOf(root, "article-type") ?? null;
        const stated = attributeOf(root, "lang");
        language = stated === undefined ? null : languageCode(stated);
      }
      if (depth === 1 && name === "front" && front === undefined) {
        front = articleFront(readElement(events, event), dates);
        continue;
      }
      depth += 1;
      if (depth === 2 && name === "body" && !hasBody) {
        hasBody = true;
        bodyDepth = 1;
        body.open(event.name);
      }
    }
  }
  if (front === undefined) throw notJats(file, "article without front");
  if (!hasBody) {
    throw new LoadError("no-body", `${file}: the article has no body`, {
      fields: { file },
      wayOut: "Leave out files that hold an abstract only.",
    });
  }
  const text = body.finish();
  if (text === "") {
    throw new LoadError("empty-document", `${file}: the body of the article has no text`, { fields: { file } });
  }
  return { type, language, front, text, formulas: body.formulaCount, tables: body.tableCount };
}

function notJats(file: string, found: string): LoadError {
  return new LoadError("not-jats", `${file}: an article in JATS is expected, but this is <${found.slice(0, 60)}>`, {
    fields: { file, found: found.slice(0, 60) },
    wayOut: "Check that this loader is meant for this file.",
  });
}
