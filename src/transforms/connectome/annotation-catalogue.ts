import type { AnnotationEntry } from "./annotation-entry.js";

type Defaults = "role" | "sex" | "stage" | "unit" | "gap_complete" | "repeats" | "stands_in_for" | "region" | "age_h";

/** Most annotations: an adult hermaphrodite, complete, in synapse counts. */
function entry(fields: Omit<AnnotationEntry, Defaults> & Partial<Pick<AnnotationEntry, Defaults>>): AnnotationEntry {
  return {
    role: "main",
    sex: "hermaphrodite",
    stage: "adult",
    age_h: null,
    region: "complete",
    unit: "synapse_count",
    gap_complete: true,
    repeats: "listed",
    stands_in_for: null,
    ...fields,
  };
}

function crosscheck(
  of: AnnotationEntry,
  fields: Partial<AnnotationEntry> & { annotation_id: string },
): AnnotationEntry {
  return { ...of, role: "crosscheck", ...fields };
}

const WHITE = "White et al. 1986, doi:10.1098/rstb.1986.0056";
const WITVLIET = "Witvliet et al. 2021, doi:10.1038/s41586-021-03778-8";
const VARSHNEY = "Varshney et al. 2011, doi:10.1371/journal.pcbi.1001066";
const COOK = "Cook et al. 2019, doi:10.1038/s41586-019-1352-7";
const UZEL = "Uzel et al. 2022, doi:10.1016/j.cub.2022.06.039";

const cook2019 = entry({
  annotation_id: "cook2019",
  lineage: "cook_compilation",
  animals: ["N2U", "N2T", "JSE", "N2W", "JSA"],
  age_h: 50,
  unit: "em_sections",
  citation: COOK,
});
const chklovskii = entry({
  annotation_id: "chklovskii",
  lineage: "white_compilation",
  animals: ["N2U", "N2T", "JSE"],
  citation: VARSHNEY,
});
const openworm = entry({
  annotation_id: "openworm",
  lineage: "white_compilation",
  animals: ["N2U", "N2T", "JSE", "N2W", "JSA"],
  citation: `OpenWorm CElegansNeuronTables, after ${VARSHNEY}`,
});
const whole = entry({
  annotation_id: "white1986_whole",
  lineage: "white_compilation",
  animals: ["N2U", "N2T", "JSE", "N2W", "JSA"],
  age_h: 60,
  citation: `${WHITE}; compiled by ${VARSHNEY}; NemaNode`,
});
const n2u = entry({
  annotation_id: "white1986_n2u",
  lineage: "white_compilation",
  animals: ["N2U"],
  age_h: 53.5,
  region: "head",
  citation: `${WHITE}; NemaNode`,
});
const jsh = entry({
  annotation_id: "white1986_jsh",
  lineage: "white_jsh",
  animals: ["JSH"],
  stage: "L4",
  age_h: 40,
  region: "head",
  citation: `${WHITE}; NemaNode`,
});
const jse = entry({
  annotation_id: "white1986_jse",
  lineage: "white_compilation",
  animals: ["JSE"],
  age_h: 60,
  region: "tail",
  gap_complete: false,
  repeats: "summed",
  citation: `${WHITE}; NemaNode`,
});

/** Age in hours of the eight animals of Witvliet et al. 2021. */
const WITVLIET_AGES = [0, 5, 8, 16, 23, 27, 50, 50];
const WITVLIET_STAGES = ["L1", "L1", "L1", "L1", "L2", "L3", "adult", "adult"];

/** Its gap junctions are marked `skip_gap_junction` upstream: unlisted ones were not all looked for. */
function witvliet(number: number, role: AnnotationEntry["role"]): AnnotationEntry {
  return entry({
    annotation_id: `witvliet2020_${number}`,
    role,
    lineage: `witvliet_${number}`,
    animals: [`witvliet_${number}`],
    stage: WITVLIET_STAGES[number - 1] as string,
    age_h: WITVLIET_AGES[number - 1] as number,
    region: "head",
    gap_complete: false,
    repeats: "summed",
    citation: `${WITVLIET}; NemaNode`,
  });
}
const witvliet7 = witvliet(7, "main");
const witvliet8 = witvliet(8, "main");

/**
 * The nine anatomical sources of the published consensus, by its names, in its order (specification section 2.4). The
 * tenth is functional: {@link FUNCTIONAL_SOURCE}.
 */
export const PUBLISHED_ANNOTATIONS: readonly AnnotationEntry[] = [
  cook2019,
  chklovskii,
  openworm,
  whole,
  n2u,
  jsh,
  jse,
  witvliet7,
  witvliet8,
];

/** The published name, and the atlas_id, of the functional source (Randi et al. 2023, supplementary table). */
export const FUNCTIONAL_SOURCE = "funconn";

/**
 * Larval animals, other forms, releases and compilations: all of them in `edge`, none in the consensus.
 */
const CROSSCHECK_ANNOTATIONS: readonly AnnotationEntry[] = [
  crosscheck(cook2019, {
    annotation_id: "cook2019_wormwideweb",
    repeats: "summed",
    citation: `${COOK}; WormWideWeb`,
  }),
  crosscheck(cook2019, {
    annotation_id: "cook2019_csv",
    gap_complete: false,
    citation: `${COOK}; chemical matrix as CSV`,
  }),
  crosscheck(cook2019, {
    annotation_id: "wormwiring",
    citation: `WormWiring edge list of an earlier release of ${COOK}`,
  }),
  crosscheck(cook2019, {
    annotation_id: "cook2020_pharynx",
    animals: ["N2T", "N2W", "JSA"],
    region: "pharynx",
    repeats: "summed",
    citation: "Cook et al. 2020, doi:10.1002/cne.24932; WormWideWeb",
  }),
  crosscheck(cook2019, {
    annotation_id: "cook2019_male",
    lineage: "cook_male",
    animals: ["N2Y", "N930"],
    sex: "male",
  }),
  crosscheck(chklovskii, { annotation_id: "chklovskii_receiver", gap_complete: false }),
  crosscheck(chklovskii, { annotation_id: "varshney2011", citation: VARSHNEY }),
  crosscheck(chklovskii, { annotation_id: "uzel2022", gap_complete: false, citation: UZEL }),
  crosscheck(whole, {
    annotation_id: "wormneuroatlas",
    lineage: "mixed",
    animals: [],
    age_h: null,
    citation: "wormneuroatlas aconnectome_default.h5",
  }),
  crosscheck(whole, { annotation_id: "white1986_whole_json", repeats: "summed", stands_in_for: "white1986_whole" }),
  crosscheck(n2u, { annotation_id: "white1986_n2u_json", repeats: "summed", stands_in_for: "white1986_n2u" }),
  crosscheck(jsh, { annotation_id: "white1986_jsh_json", repeats: "summed", stands_in_for: "white1986_jsh" }),
  crosscheck(jse, { annotation_id: "white1986_jse_tsv", repeats: "listed" }),
  ...[1, 2, 3, 4, 5, 6].map((number) => witvliet(number, "crosscheck")),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => crosscheck(witvliet(number, "main"), matrixForm(number))),
  crosscheck(witvliet7, { annotation_id: "witvliet2020_7_tsv", repeats: "listed" }),
  crosscheck(witvliet8, { annotation_id: "witvliet2020_8_tsv", repeats: "listed" }),
];

function matrixForm(number: number) {
  return { annotation_id: `witvliet2020_${number}_matrix`, citation: `${WITVLIET}; synapse count matrices` };
}

/** Every annotation that the authored pipeline can read. */
export const ANNOTATIONS: readonly AnnotationEntry[] = [...PUBLISHED_ANNOTATIONS, ...CROSSCHECK_ANNOTATIONS];

/**
 * Which annotation represents its lineage in the corrected consensus: the first of these that was read. Lineages not
 * named here have one main annotation (specification section 3.4 rule 4).
 */
export const REPRESENTATIVES: Readonly<Record<string, readonly string[]>> = {
  white_compilation: ["white1986_whole", "chklovskii", "openworm", "white1986_n2u", "white1986_jse"],
};

const CATALOGUE: ReadonlyMap<string, AnnotationEntry> = new Map(ANNOTATIONS.map((item) => [item.annotation_id, item]));

/** The authored entry of an annotation, or null. */
export function annotationEntry(annotationId: string): AnnotationEntry | null {
  return CATALOGUE.get(annotationId) ?? null;
}
