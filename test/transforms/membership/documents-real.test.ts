import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { gutenberg } from "../../../src/loaders/membership/gutenberg.js";
import type { Row } from "../../../src/tables/contract.js";
import type {
  AssignmentRow,
  DocumentRow,
  ExcerptRow,
  ExperimentRow,
} from "../../../src/tables/generated/membership.js";
import { assign } from "../../../src/transforms/membership/assign.js";
import { documents } from "../../../src/transforms/membership/documents.js";
import { memoryLoadContext, memoryTransformContext } from "../../support/memory-tables.js";
import { realData } from "../../support/real-data.js";
import { clusterRow, recordRow } from "./support.js";

const data = realData("membership");

interface Source {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly license: string;
  readonly title: string;
  readonly author: string;
  readonly publication_year: number | null;
  readonly publication_year_source: string;
  readonly release_date_metadata: string | null;
  readonly temporal_label: "member" | "nonmember" | null;
}

describe.skipIf(!data.present)(`documents of real books${data.reason}`, () => {
  let sources: Source[] = [];
  const records: Row[] = [];
  const texts: Row[] = [];
  let labels = new Map<string, Source["temporal_label"]>();

  beforeAll(async () => {
    sources = (JSON.parse(readFileSync(data.path("SOURCES.json"), "utf8")) as { documents: Source[] }).documents;
    labels = new Map(sources.map((source) => [source.id, source.temporal_label]));
    for (const file of readdirSync(data.path("gutenberg"))) {
      const absolutePath = data.path("gutenberg", file);
      const bytes = readFileSync(absolutePath);
      const path = `membership/gutenberg/${file}`;
      const given = { path, absolutePath, bytes: bytes.length, sha256: sha256(bytes), sourceId: path };
      const { context, trace } = memoryLoadContext([given], gutenberg.parameters.parse({}));
      await gutenberg.load(context);
      records.push(...(trace.rows.document_record ?? []));
      texts.push(...(trace.rows.text_record ?? []));
    }
  });

  async function run(parameters: object) {
    const manifest = sources.map((source) => ({
      ...{ path: source.path, doc_id: source.id, title: source.title, author: source.author, language: "en" },
      ...{ publication_year: source.publication_year, publication_year_basis: source.publication_year_source },
      ...{ catalogue_date: source.release_date_metadata ?? null, license: source.license, license_url: null },
      ...{ repo: null, commit: null, upstream_path: null, sha256: source.sha256, source_id: "m" },
    }));
    const { context, rows } = memoryTransformContext(
      {
        document_record: records,
        text_record: texts,
        source_file: records.map(({ source_id }) => ({ source_id, path: source_id })),
        manifest_record: manifest,
      },
      documents.parameters.parse(parameters),
    );
    const warnings: string[] = [];
    await documents.run({ ...context, log: { info() {}, warn: (message) => void warnings.push(message) } });
    expect(warnings).toEqual([]);
    return rows as Record<string, Row[]>;
  }

  /** How many texts, of the older and the newer, show what tells them apart. */
  async function signs(strip: string): Promise<Record<string, [number, number]>> {
    const found: Record<string, [number, number]> = {};
    for (const row of (await run({ strip })).document_text as unknown as { doc_id: string; text: string }[]) {
      const side = labels.get(row.doc_id) === "member" ? 0 : 1;
      const many = (pattern: RegExp) => (row.text.match(pattern) ?? []).length > 20;
      const shows = {
        credits: /produced by [A-Z]|e-text (?:prepared|transcribed)|transcribed from|etext was/i.test(
          row.text.slice(0, 1500),
        ),
        end: /End of (?:the )?Project Gutenberg/i.test(row.text),
        transcriber: /transcriber['’]s note/i.test(row.text),
        archive: row.text.includes("Internet Archive"),
        archives: /internet\s+archive/i.test(row.text),
        illustration: row.text.includes("[Illustration"),
        curly: many(/“/g),
        underscores: many(/_/g),
      };
      for (const [name, shown] of Object.entries(shows)) {
        const count = found[name] ?? [0, 0];
        count[side] += Number(shown);
        found[name] = count;
      }
    }
    return found;
  }

  it("carries all of them; their texts may be passed on, those of other collections not without being listed", async () => {
    const { document, document_dropped } = await run({ strip: "credits" });
    expect(document_dropped).toEqual([]);
    expect(document).toHaveLength(46);
    expect((document as unknown as DocumentRow[]).every((row) => row.text_publishable)).toBe(true);
    const raw = (await run({ strip: "none" })).document as unknown as DocumentRow[];
    expect(raw.some((row) => row.text_publishable)).toBe(false);
  });

  it("dates them by the catalogue, else by the header", async () => {
    const { document } = await run({});
    const dates = new Map((document as unknown as DocumentRow[]).map((row) => [row.doc_id, row]));
    expect(dates.get("pg105")).toMatchObject({
      ...{ release_date: "1994-02-01", release_date_basis: "catalogue", release_date_header: "2008-06-05" },
      publication_year: 1818,
    });
    expect(dates.get("pg3261")).toMatchObject({ release_date_basis: "header", release_date_catalogue: null });
    const differ = [...dates.values()].filter((row) => {
      const { release_date_header: header, release_date_catalogue: catalogue, release_date_precision: precision } = row;
      return header !== null && catalogue !== null && precision === "day" && header !== catalogue;
    });
    expect(differ.map((row) => row.doc_id).sort()).toEqual(
      ["pg105", "pg11555", "pg308", "pg3155", "pg355", "pg394", "pg66712", "pg69051"].sort(),
    );
  });

  it("takes out what tells older files from newer ones", async () => {
    const markers = await signs("markers");
    expect(markers).toMatchObject({
      end: [14, 13],
      archive: [0, 4],
      illustration: [2, 15],
      curly: [8, 18],
      underscores: [14, 21],
    });
    expect((markers.credits as [number, number])[0]).toBeGreaterThan(15);
    expect((markers.transcriber as [number, number])[1]).toBeGreaterThan(8);
    const credits = await signs("credits");
    expect(credits).toMatchObject({
      credits: [0, 0],
      end: [0, 0],
      transcriber: [0, 0],
      archives: [0, 0],
      curly: [8, 18],
    });
    const typography = await signs("typography");
    for (const counts of Object.values(typography)) expect(counts).toEqual([0, 0]);
  });

  it("fails where the published extraction fails", async () => {
    const { document, document_dropped } = await run({ strip: "markers_published" });
    expect(document).toHaveLength(28);
    const reasons: Record<string, string[]> = {};
    for (const row of document_dropped as Row[]) {
      const reason = row.reason as string;
      reasons[reason] = [...(reasons[reason] ?? []), row.item as string];
    }
    expect(reasons.published_encoding).toHaveLength(12);
    expect(reasons.published_end).toEqual(["pg16890", "pg308", "pg3261", "pg394"]);
    expect(reasons.published_date).toEqual(["pg1709", "pg209"]);
  });

  it("labels by date as the corpus says, with years outside and unknown counted", async () => {
    const { document, excerpt } = await run({});
    const cluster = (document as unknown as DocumentRow[]).map(({ doc_id }) => clusterRow(doc_id));
    const { context, rows } = memoryTransformContext(
      { document: document as Row[], excerpt: excerpt as Row[], document_cluster: cluster },
      assign.parameters.parse({
        experiments: {
          all: { design: "temporal", cutoff: "2019-02-10" },
          matched: { design: "temporal", cutoff: "2019-02-10", years: [1850, 1910] },
        },
      }),
    );
    await assign.run(context);
    const assignment = rows.assignment as unknown as AssignmentRow[];
    for (const row of assignment.filter((row) => row.experiment_id === "all")) {
      expect(row.label).toBe(labels.get(row.doc_id) === "member" ? 1 : 0);
    }
    const [all, matched] = rows.experiment as unknown as [ExperimentRow, ExperimentRow];
    expect(all).toMatchObject({ n_members: 21, n_nonmembers: 25, n_unused: 0 });
    expect(matched).toMatchObject({ n_members: 18, n_nonmembers: 20 });
    expect(matched.unused).toEqual([
      { reason: "no year", n: 3 },
      { reason: "outside the years", n: 5 },
    ]);
  });

  it("cuts units that stand in the text where they say", async () => {
    const { document_text, excerpt } = await run({ segments: { characters: 20_000, most: 4, gap: 1000 } });
    const whole = new Map((document_text as Row[]).map((row) => [row.doc_id, Array.from(row.text as string)]));
    const units = excerpt as unknown as ExcerptRow[];
    expect(units).toHaveLength(4 * 44 + 3 + 2);
    for (const unit of units.filter((_, i) => i % 9 === 0)) {
      const points = whole.get(unit.source_doc_id) as string[];
      const [from, length] = [Number(unit.char_start), Number(unit.n_chars)];
      expect(points.slice(from, from + length).join("")).toBe(unit.text);
      expect(length).toBeGreaterThan(19_900);
    }
  });

  it("lists the novels by an entry of their own", async () => {
    const novel = sources.find((source) => source.path.startsWith("novels/")) as Source;
    const may = async (publishable?: object[]) => {
      const { context, rows } = memoryTransformContext(
        {
          document_record: [recordRow("n", { license: novel.license, collection: "novels" })],
          text_record: [{ doc_id: "n", text: "text" }],
          source_file: [],
          manifest_record: [],
        },
        documents.parameters.parse(publishable === undefined ? {} : { publishable }),
      );
      await documents.run(context);
      return rows.document?.[0]?.text_publishable;
    };
    expect(await may()).toBe(false);
    expect(await may([{ licence: "public domain", source: "novels" }])).toBe(true);
  });
});
