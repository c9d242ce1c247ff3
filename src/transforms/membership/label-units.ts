import { randomNumbers } from "../../compute/statistics/random-numbers.js";
import type { Design } from "./assign-parameters.js";
import { daySpan } from "./calendar.js";
import { deal, shuffled } from "./deal.js";
import type { ExperimentUnit, UnitDocument } from "./experiment-units.js";

/** What a design makes of a unit. */
export type Labelled =
  | { readonly role: "member" | "nonmember"; readonly repetitions?: number }
  | { readonly role: "reference" | "background" }
  | { readonly role: "unused"; readonly reason: string };

/** Streams of random numbers, so that the split does not depend on how many folds there are. */
export const STREAM = { split: 0, folds: 1 } as const;

/** Gives every unit its role; near-duplicates on both sides are not yet looked for. */
export function labelUnits(units: readonly ExperimentUnit[], design: Design): Map<ExperimentUnit, Labelled> {
  const found = new Map<ExperimentUnit, Labelled>();
  const eligible: ExperimentUnit[] = [];
  for (const unit of units) {
    const role = fixedRole(unit, design);
    if (role === undefined) eligible.push(unit);
    else found.set(unit, role);
  }
  const put = (unit: ExperimentUnit, label: Labelled) => void found.set(unit, label);
  switch (design.design) {
    case "randomised":
      for (const [unit, label] of randomised(eligible, design)) put(unit, label);
      break;
    case "trap":
      for (const [unit, label] of trapped(eligible, design)) put(unit, label);
      break;
    case "known-corpus":
      for (const unit of eligible) put(unit, byLabel(unit.document));
      break;
    case "temporal":
      for (const unit of eligible) put(unit, byDate(unit.document, design.cutoff, undefined));
      break;
    case "regression-discontinuity":
      for (const unit of eligible) put(unit, byDate(unit.document, design.cutoff, design.bandwidth));
  }
  return found;
}

/** Role of what is not compared, or undefined. */
function fixedRole({ document, trap }: ExperimentUnit, design: Design): Labelled | undefined {
  if (trap !== undefined && design.design !== "trap") return unused("planted sequence");
  if (trap === undefined && design.background.includes(document.source)) return { role: "background" };
  if ("reference" in design && design.reference.includes(document.source)) return { role: "reference" };
  if (design.sources !== undefined && !design.sources.includes(document.source)) return unused("other collection");
  if (design.kinds !== undefined && !design.kinds.includes(document.kind)) return unused("other kind");
  if (design.years !== undefined) {
    const year = document.publication_year;
    if (year === null) return unused("no year");
    if (year < design.years[0] || year > design.years[1]) return unused("outside the years");
  }
  if (design.design === "trap") {
    if (trap === undefined) return { role: "background" };
    if (design.lengths !== undefined && !design.lengths.includes(trap)) return unused("other length");
  }
  return undefined;
}

const unused = (reason: string): Labelled => ({ role: "unused", reason });

function byLabel({ label }: UnitDocument): Labelled {
  if (label === null) return unused("no label");
  return { role: label === 1 ? "member" : "nonmember" };
}

/** Members are those released until the cutoff, where the date is exact enough to tell. */
function byDate(document: UnitDocument, cutoff: string, bandwidth: number | undefined): Labelled {
  if (document.release_date === null) return unused("no date");
  const precision = document.release_date_basis === "catalogue" ? "day" : (document.release_date_precision ?? "day");
  const { first, last } = daySpan(document.release_date, precision);
  const cut = daySpan(cutoff, "day").last;
  if (bandwidth !== undefined && (last <= cut - bandwidth || first > cut + bandwidth))
    return unused("outside the bandwidth");
  const straddles = bandwidth !== undefined && (first <= cut - bandwidth || last > cut + bandwidth);
  if (straddles || (first <= cut && last > cut)) return unused("date not exact enough");
  return { role: last <= cut ? "member" : "nonmember" };
}

function randomised(
  units: readonly ExperimentUnit[],
  { shares, stratify, seed }: Extract<Design, { design: "randomised" }>,
): Map<ExperimentUnit, Labelled> {
  const members = new Map<string, ExperimentUnit[]>();
  for (const unit of units) members.set(unit.cluster, [...(members.get(unit.cluster) ?? []), unit]);
  const lengths = lengthThirds(members);
  const clusters = [...members].map(([id, own]) => {
    const { document } = own[0] as ExperimentUnit;
    const stratum = stratify.map((by) => {
      if (by === "kind") return document.kind;
      if (by === "author") return (document.authors[0] ?? "").trim().toLowerCase();
      if (by === "length") return lengths.get(id) as number;
      return document.publication_year === null ? null : Math.floor(document.publication_year / 10) * 10;
    });
    return { id, size: own.length, stratum: JSON.stringify(stratum) };
  });
  const rest = 1 - shares.member - shares.nonmember - shares.reference;
  const roles = deal(clusters, { ...shares, unused: rest > 1e-9 ? rest : 0 }, randomNumbers(seed, STREAM.split));
  return new Map(
    units.map((unit) => {
      const role = roles.get(unit.cluster) as "member" | "nonmember" | "reference" | "unused";
      return [unit, role === "unused" ? unused("not drawn") : { role }];
    }),
  );
}

/** Third, by the length of its first document, that a cluster is in. */
function lengthThirds(clusters: ReadonlyMap<string, readonly ExperimentUnit[]>): Map<string, number> {
  const length = ([, units]: [string, readonly ExperimentUnit[]]) => (units[0] as ExperimentUnit).document.n_chars;
  const ordered = [...clusters].sort((a, b) => Number(length(a) - length(b)));
  return new Map(ordered.map(([id], place) => [id, Math.floor((3 * place) / ordered.length)]));
}

/** Of the sequences of each length every other one, by lot, is planted; those take the repetitions in turn. */
function trapped(
  units: readonly ExperimentUnit[],
  { repetitions, seed }: Extract<Design, { design: "trap" }>,
): Map<ExperimentUnit, Labelled> {
  const random = randomNumbers(seed, STREAM.split);
  const found = new Map<ExperimentUnit, Labelled>();
  const lengths = [...new Set(units.map((unit) => unit.trap as number))].sort((a, b) => a - b);
  for (const length of lengths) {
    const own = shuffled(
      units.filter((unit) => unit.trap === length),
      random,
    );
    own.forEach((unit, i) => {
      const times = repetitions[Math.floor(i / 2) % repetitions.length] as number;
      found.set(unit, i % 2 === 0 ? { role: "member", repetitions: times } : { role: "nonmember" });
    });
  }
  return found;
}
