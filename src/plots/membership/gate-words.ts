import type { GateFacts, GateResult, Interval, MembershipData } from "./membership-data.js";

/** A rate or area with three decimals. */
export function shareText(value: number): string {
  return value.toFixed(3);
}

export function intervalText(interval: Interval | null): string {
  return interval === null ? "" : ` [${shareText(interval[0])}, ${shareText(interval[1])}]`;
}

export function probabilityText(p: number): string {
  return p < 0.0005 ? "< 0.001" : shareText(p);
}

/** An area with its interval. */
export function areaText(auc: number | null, interval: Interval | null): string {
  return auc === null ? "not measured" : `${shareText(auc)}${intervalText(interval)}`;
}

/** What became of a baseline, in words. */
export function statusWords({ status, p, underpowered, reason }: GateResult): string {
  const because = reason === undefined || reason === "" ? "" : `: ${reason}`;
  switch (status) {
    case "pass":
      return "pass";
    case "fail":
      return "FAIL: p ≤ 0.01";
    case "warn": {
      const causes = [...(p !== null && p <= 0.05 ? ["p ≤ 0.05"] : []), ...(underpowered ? ["underpowered"] : [])];
      return `warn: ${causes.join(", ")}`;
    }
    case "not_run":
      return `not run${because}`;
    case "disabled":
      return `disabled${because}`;
  }
}

/** A mark for panels of an attack whose gate does not pass; undefined where it does. */
export function gateBadge({ all: { status } }: GateFacts): string | undefined {
  const badges = { fail: "GATE FAILS", warn: "GATE WARNS", not_run: "GATE NOT RUN", disabled: "GATE DISABLED" };
  return status === "pass" ? undefined : badges[status];
}

/** What the gate says of the experiment, as whole sentences. */
export function gateStatement({ all, baselines }: GateFacts): string {
  const { status, auc, p, chance, underpowered, reason } = all;
  const by = tellingBaseline(all, baselines);
  const found = `blind AUC ${auc === null ? "not known" : shareText(auc)}, p ${equals(p)}${by}`;
  const because = reason === undefined || reason === "" ? "" : `: ${reason}`;
  const unknown = "What the text alone tells of members is not known: an attack's AUC may come from nothing else.";
  switch (status) {
    case "pass": {
      const limit =
        chance === null ? "" : `; by chance ${shareText(chance.mean)}, in 95 % below ${shareText(chance.q95)}`;
      return `Gate passes: the text alone does not tell members from non-members (${found}${limit}).`;
    }
    case "fail":
      return `GATE FAILS: the text alone tells members from non-members (${found}). An attack's AUC is no evidence of training.`;
    case "warn": {
      const weak =
        chance === null ? "too few units" : `too few units: by chance alone blind AUC reaches ${shareText(chance.q95)}`;
      return p !== null && p <= 0.05
        ? `GATE WARNS: the text alone may tell members from non-members (${found}).`
        : `GATE WARNS${underpowered ? ", UNDERPOWERED" : ""}: a leak may have gone unseen (${found}; ${weak}).`;
    }
    case "not_run":
      return `GATE NOT RUN${because}. ${unknown}`;
    case "disabled":
      return `GATE DISABLED${because}. ${unknown}`;
  }
}

/** The baseline that tells most; of a term also which and how well: the area of all together leaves it out. */
function tellingBaseline({ tells }: GateResult, baselines: readonly GateResult[]): string {
  if (tells === undefined) return "";
  const found = baselines.find(({ name }) => name === tells);
  if (found?.tells === undefined || found.auc === null) return `, most by ${tells}`;
  return `, most by ${tells}: "${found.tells}", AUC ${shareText(found.auc)}`;
}

function equals(p: number | null): string {
  if (p === null) return "not known";
  return p < 0.0005 ? "< 0.001" : `= ${shareText(p)}`;
}

/** The area beside that of the blind baselines: never one without the other. */
export function headlineText({ headline, gate }: MembershipData): string {
  const blind = gate.all.auc === null ? "blind: not run" : `blind ${shareText(gate.all.auc)}`;
  return `AUC ${areaText(headline.auc, headline.interval)} (${blind})`;
}

const GATE_IS = {
  warn: "the gate warns",
  fail: "the gate fails",
  not_run: "the gate was not run",
  disabled: "the gate was disabled",
} as const;

/** What may be claimed of the headline attack, and why not more. */
export function claimStatement({ headline, experiment, gate }: MembershipData): string {
  const { claim, auc, members, nonmembers, tried } = headline;
  const drawn = experiment.labelBasis === "trap" ? "traps were placed by lot" : "labels were drawn by lot";
  if (auc === null) return `Nothing is measured: ${members} members and ${nonmembers} non-members.`;
  switch (claim) {
    case "memorisation":
      return experiment.training === "elsewhere"
        ? `May be called memorisation where the labels say what the model was trained on: ${drawn}, the gate passes.`
        : `May be called memorisation: ${drawn}, the model was trained on the members, the gate passes.`;
    case "artefact":
      return "An artefact, not memorisation: the gate fails, so the text alone may explain it.";
    case "association": {
      const causes = [
        ...(experiment.labelBasis === "temporal" ? ["labels go by date, and the text shows the date"] : []),
        ...(experiment.labelBasis === "known-corpus" ? ["labels were not drawn by lot here"] : []),
        ...(experiment.training === "others" ? ["the model was not trained on the members"] : []),
        ...(gate.all.status === "pass" ? [] : [GATE_IS[gate.all.status]]),
      ];
      return `An association, not memorisation${causes.length === 0 ? "" : `: ${causes.join("; ")}`}.`;
    }
    case "none":
      return `Nothing may be claimed: corrected for ${tried} attacks tried, or over clusters, the interval reaches one half.`;
  }
}
