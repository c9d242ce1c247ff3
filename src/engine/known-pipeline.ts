import type { ContractCatalogue } from "./contracts.js";
import type { ParseCache } from "./parse-cache.js";
import type { Pipeline, TableContract } from "./pipeline.js";

/** A pipeline that was read and found valid before, as JSON carries it. */
interface StoredPipeline extends Omit<Pipeline, "sources" | "contracts"> {
  readonly sources: readonly [string, Pipeline["sources"] extends ReadonlyMap<string, infer S> ? S : never][];
  /** Table, contract file, contract hash. */
  readonly contracts: readonly [string, string, string][];
}

interface KnownPipelineOptions {
  readonly cache: ParseCache;
  readonly catalogue: ContractCatalogue;
  readonly text: string;
  /** Absolute path: modules and the project belong to it. */
  readonly file: string;
}

/**
 * The pipeline of a text that was read before, if its contracts are still the same: neither the text nor the
 * parameters of its implementations need to be looked at again.
 */
export async function knownPipeline(options: KnownPipelineOptions): Promise<Pipeline | undefined> {
  const { cache, catalogue } = options;
  const stored = cache.get("pipeline", keyOf(options)) as StoredPipeline | undefined;
  if (stored === undefined) return undefined;
  const contracts = new Map<string, TableContract>();
  for (const [table, path, hash] of stored.contracts) {
    if (catalogue.find(table) !== path) return undefined;
    const contract = await catalogue.read(path).catch(() => undefined);
    if (contract?.hash !== hash) return undefined;
    contracts.set(table, { path, contract });
  }
  return { ...stored, sources: new Map(stored.sources), contracts };
}

/** Remembers a valid pipeline, unless a user's own module has a say in what it means. */
export function rememberPipeline(options: KnownPipelineOptions, pipeline: Pipeline): void {
  if (pipeline.changed || pipeline.steps.some(({ module }) => module !== undefined)) return;
  const contracts = [...pipeline.contracts].map(([table, { path, contract }]) => [table, path, contract.hash]);
  options.cache.set("pipeline", keyOf(options), { ...pipeline, sources: [...pipeline.sources], contracts });
}

function keyOf({ file, text }: KnownPipelineOptions): string {
  return `${file}\n${text}`;
}
