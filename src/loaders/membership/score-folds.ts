import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import { randomNumbers } from "../../compute/statistics/random-numbers.js";

/** A labelled document; `fold` is null where the files do not say. */
export interface LabelledDocument {
  readonly docId: string;
  readonly label: 0 | 1;
  readonly fold: number | null;
  readonly cluster: string;
}

interface Cluster {
  readonly id: string;
  readonly label: 0 | 1;
  size: number;
}

interface FoldParameters {
  readonly folds: number;
  readonly seed: number;
}

/**
 * The fold of every document: as given, or made so that clusters stay whole and every fold has its share of members and
 * of others. Made folds depend on the seed and the names alone, not on the order of rows; there are fewer where a class
 * has fewer clusters.
 * @throws {LoadError} `load/one-class`, `load/mixed-cluster`, `load/split-cluster`, `load/partial-folds`,
 * `load/one-fold`, `load/few-clusters`.
 */
export function foldsOfDocuments(
  folder: string,
  documents: readonly LabelledDocument[],
  parameters: FoldParameters,
): Map<string, number> {
  const clusters = clustersOf(folder, documents);
  const members = documents.filter(({ label }) => label === 1).length;
  if (members === 0 || members === documents.length) {
    const which = members === 0 ? "none is a member" : "all are members";
    throw new LoadError("one-class", `${folder}: of ${documents.length} documents ${which}; both classes are needed`, {
      fields: { folder, members, nonmembers: documents.length - members },
      wayOut: "Give documents of both labels, 1 for members and 0 for others.",
    });
  }
  const given = documents.filter(({ fold }) => fold !== null).length;
  if (given > 0) return givenFolds(folder, documents, given);
  const foldOf = madeFolds(folder, [...clusters.values()], parameters);
  return new Map(documents.map(({ docId, cluster }) => [docId, foldOf.get(cluster) as number]));
}

function clustersOf(folder: string, documents: readonly LabelledDocument[]): Map<string, Cluster> {
  const clusters = new Map<string, Cluster>();
  for (const { docId, label, cluster } of documents) {
    const known = clusters.get(cluster);
    if (known === undefined) clusters.set(cluster, { id: cluster, label, size: 1 });
    else if (known.label === label) known.size++;
    else {
      throw new LoadError("mixed-cluster", `${folder}: the cluster ${cluster} has members and others (${docId})`, {
        fields: { folder, cluster, document: docId },
        wayOut: "Near-duplicates need one label: leave out one side.",
      });
    }
  }
  return clusters;
}

function givenFolds(folder: string, documents: readonly LabelledDocument[], given: number): Map<string, number> {
  if (given < documents.length) {
    const example = documents.find(({ fold }) => fold === null)?.docId ?? "";
    const without = documents.length - given;
    const message = `${folder}: ${without} of ${documents.length} documents have no fold, such as ${example}`;
    throw new LoadError("partial-folds", message, {
      fields: { folder, document: example },
      wayOut: "Give the fold of every document, or of none.",
    });
  }
  const foldOf = new Map<string, number>();
  const folds = new Map<string, number>();
  for (const { docId, cluster, fold } of documents) {
    const own = fold as number;
    folds.set(docId, own);
    if ((foldOf.get(cluster) ?? own) !== own) {
      throw new LoadError("split-cluster", `${folder}: the cluster ${cluster} is in several folds (${docId})`, {
        fields: { folder, cluster, document: docId },
        wayOut: "Put near-duplicates into one fold, or leave out the folds: they are made then.",
      });
    }
    foldOf.set(cluster, own);
  }
  if (new Set(folds.values()).size > 1) return folds;
  throw new LoadError("one-fold", `${folder}: all documents are in one fold; two are needed`, {
    fields: { folder, documents: documents.length },
    wayOut: "Leave out the folds: they are made then.",
  });
}

function madeFolds(
  folder: string,
  clusters: readonly Cluster[],
  { folds, seed }: FoldParameters,
): ReadonlyMap<string, number> {
  const classes = ([1, 0] as const).map((label) => clusters.filter((cluster) => cluster.label === label));
  const number = Math.min(folds, ...classes.map(({ length }) => length));
  if (number < 2) {
    throw new LoadError("few-clusters", `${folder}: each class needs two documents that are no near-duplicates`, {
      fields: { folder, members: classes[0]?.length ?? 0, nonmembers: classes[1]?.length ?? 0 },
    });
  }
  const totals = new Array<number>(number).fill(0);
  const foldOf = new Map<string, number>();
  classes.forEach((own, stream) => {
    const counts = new Array<number>(number).fill(0);
    for (const { id, size } of shuffled(own, seed, stream).sort((a, b) => b.size - a.size)) {
      let best = 0;
      for (let fold = 1; fold < number; fold++) {
        const fewer =
          (counts[fold] as number) - (counts[best] as number) || (totals[fold] as number) - (totals[best] as number);
        if (fewer < 0) best = fold;
      }
      foldOf.set(id, best);
      counts[best] = (counts[best] as number) + size;
      totals[best] = (totals[best] as number) + size;
    }
  });
  return foldOf;
}

/** In random order (Fisher and Yates), whatever the order they come in. */
function shuffled(clusters: readonly Cluster[], seed: number, stream: number): Cluster[] {
  const random = randomNumbers(seed, stream);
  const order = [...clusters].sort((a, b) => compareCodeUnits(a.id, b.id));
  for (let i = order.length - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1));
    [order[i], order[k]] = [order[k] as Cluster, order[i] as Cluster];
  }
  return order;
}
