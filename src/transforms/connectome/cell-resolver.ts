import type { NeuronAliasRow } from "../../tables/generated/celegans_connectome.js";
import { type ResolvedCell, resolveCell } from "../../tables/neuron-alias.js";
import type { TableSource } from "../../tables/table-io.js";

/** What of a row of `neuron_alias` names a cell. */
export type AliasEntry = Pick<NeuronAliasRow, "alias" | "label" | "rule" | "source_id">;

/** Names cells as the alias table says; answers are cached per file and spelling. */
export class CellResolver {
  readonly #replacements = new Map<string, string>();
  readonly #exceptions = new Map<string, Map<string, string>>();
  readonly #answers = new Map<string, ResolvedCell>();

  constructor(aliases: Iterable<AliasEntry>) {
    for (const { alias, label, rule, source_id } of aliases) {
      if (rule === "replacement_table") this.#replacements.set(alias, label);
      if (rule !== "file_exception" || source_id === null) continue;
      const exceptions = this.#exceptions.get(source_id) ?? new Map<string, string>();
      this.#exceptions.set(source_id, exceptions.set(alias, label));
    }
  }

  static async fromTable(aliases: TableSource): Promise<CellResolver> {
    const rows: AliasEntry[] = [];
    for await (const row of aliases.rows<AliasEntry>()) rows.push(row);
    return new CellResolver(rows);
  }

  /** The cell that a file means by a spelling. */
  resolve(raw: string, sourceId: string): ResolvedCell {
    const exceptions = this.#exceptions.get(sourceId);
    const key = exceptions === undefined ? raw : `${sourceId}\n${raw}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = resolveCell(raw, {
        replacements: this.#replacements,
        ...(exceptions === undefined ? {} : { exceptions }),
      });
      this.#answers.set(key, answer);
    }
    return answer;
  }
}
