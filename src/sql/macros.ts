import { sqlText } from "../formats/parquet/duckdb.js";

/** A function that queries may call like an aggregate: `SELECT attack, auc(score, label) FROM … GROUP BY attack`. */
export interface SqlMacro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly description: string;
  readonly body: string;
}

const LABEL = "CAST(label AS TINYINT)";
const KNOWN = "FILTER (WHERE score IS NOT NULL AND label IS NOT NULL)";
const MEMBERS = `count(*) FILTER (WHERE score IS NOT NULL AND ${LABEL} = 1)`;
const NONMEMBERS = `count(*) FILTER (WHERE score IS NOT NULL AND ${LABEL} = 0)`;

/** Sum of the places of members, 1 = lowest score; of equal scores non-members (or members) stand first. */
const placesOfMembers = (order: "ASC" | "DESC") => {
  const labels = `list(CAST(${LABEL} AS DOUBLE) ORDER BY score ASC, ${LABEL} ${order}) ${KNOWN}`;
  return `list_dot_product(${labels}, CAST(range(1, 1 + ${MEMBERS} + ${NONMEMBERS}) AS DOUBLE[]))`;
};

/** Most non-members that a false-positive rate allows: the largest k with k / n ≤ rate, in floating point. */
const guess = `floor(CAST(fpr AS DOUBLE) * ${NONMEMBERS})`;
const ALLOWED = `CAST(${guess} + CASE WHEN (${guess} + 1) / ${NONMEMBERS} <= CAST(fpr AS DOUBLE) THEN 1 ELSE 0 END AS BIGINT)`;

/**
 * Labels as text, highest score first, of equal scores non-members first: between the zeros stand the members that
 * score above one non-member and not above the one before.
 */
const FALLING = `string_agg(CAST(${LABEL} AS VARCHAR), '' ORDER BY score DESC, ${LABEL} ASC) ${KNOWN}`;

/**
 * The measures of `membership.metric` from scores and labels, so that a reader re-derives a published number from
 * `document_score` (units without score or label do not count):
 *
 * ```sql
 * SELECT run_id, attack, auc(score, label), tpr_at_fpr(score, label, 0.01)
 * FROM document_score JOIN run USING (run_id) JOIN assignment USING (experiment_id, doc_id)
 * GROUP BY ALL
 * ```
 *
 * They are made of aggregates alone, without lambdas and subqueries: these fail in HAVING, or take minutes.
 */
export const SQL_MACROS: readonly SqlMacro[] = [
  {
    name: "auc",
    parameters: ["score", "label"],
    description:
      "Area under the ROC curve of scores for labels 1 (member) and 0, ties counting half; NULL with one class only",
    // Ties count half: the mean of both orders among equal scores.
    body: `((${placesOfMembers("ASC")} + ${placesOfMembers("DESC")}) / 2 - ${MEMBERS} * (${MEMBERS} + 1) / 2) / nullif(${MEMBERS} * ${NONMEMBERS}, 0)`,
  },
  {
    name: "tpr_at_fpr",
    parameters: ["score", "label", "fpr"],
    description:
      "True-positive rate at the last point of the ROC curve whose false-positive rate is not above fpr; NULL where there are fewer non-members than 1 / fpr",
    body: `CASE WHEN ${ALLOWED} >= 1 THEN length(array_to_string(string_split(${FALLING}, '0')[1:${ALLOWED} + 1], '')) / nullif(${MEMBERS}, 0) END`,
  },
];

/** Statements that make the macros in schema `main`, with their descriptions. They go before the session is locked. */
export function macroStatements(): string[] {
  return SQL_MACROS.flatMap(({ name, parameters, description, body }) => [
    `CREATE MACRO main.${name}(${parameters.join(", ")}) AS (${body})`,
    `COMMENT ON MACRO main.${name} IS ${sqlText(description)}`,
  ]);
}
