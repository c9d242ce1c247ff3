import { countOf, countText, tickText } from "../scale.js";
import { animalNames } from "./animal-names.js";
import { medianStep } from "./read-run.js";
import type { BinBlock, ChosenRank, ComponentFacts, RunFacts } from "./run-data.js";
import type { Flag } from "./run-header.js";

const CONTROLS: Readonly<Record<string, string>> = {
  circular_shift: "every trace shifted in time by itself",
};

/** Facts of a run, for the lines below a title. */
export function runFacts(run: RunFacts, blocks: readonly BinBlock[]): string[] {
  const { dataset } = animalNames(run.animals);
  const widthS = medianStep(blocks.map(({ timesS }) => timesS));
  const width = widthS === undefined ? "" : ` (${tickText(widthS)} s)`;
  const many = run.animals.length > 1;
  return [
    run.rank === undefined ? "rank not stated" : `rank ${run.rank.rank}, ${choiceWords(run.rank)}`,
    `kernel ${run.kernel}`,
    `${countOf(run.neurons.length, "neuron")}${many ? (run.neuronSet === "common" ? " that every animal has" : " that any animal has") : ""}`,
    `${countOf(run.animals.length, "animal")}${dataset === undefined ? "" : ` of ${dataset}`}${many ? (run.alignment === "shared_clock" ? ", on a shared clock" : ", one after the other") : ""}`,
    `${countText(run.bins)} bins of ${countOf(run.binFrames, "frame")}${width}`,
  ];
}

/** How the rank came about. */
export function choiceWords({ choice }: Pick<ChosenRank, "choice">): string {
  if (choice === "given") return "given";
  if (choice === "original") return "that of the run it is the control of";
  if (choice === "none_passes") return "the most stable one, as none passes the rule";
  return choice === "rule" ? "chosen by the rule" : "how chosen is not stated";
}

/** What a control is, or undefined for a run of the traces as they are. */
export function controlWords({ control, controlOf }: RunFacts): string | undefined {
  if (control === null) return undefined;
  const how = CONTROLS[control] ?? control;
  return `CONTROL${controlOf === null ? "" : ` of ${controlOf}`}: ${how}`;
}

/** A sentence about components that other starts do not find again. */
export function reproducibilityWords(components: readonly ComponentFacts[]): string | undefined {
  const lost = components.filter(({ reproducible }) => reproducible === false);
  if (lost.length > 0) {
    const which = lost.length === components.length ? "none" : undefined;
    const list = lost.map(({ component }) => component).join(", ");
    return which === "none"
      ? `NOT REPRODUCIBLE: other starts find none of the ${components.length} components again`
      : `NOT REPRODUCIBLE: other starts do not find ${lost.length === 1 ? "component" : "components"} ${list} again`;
  }
  return components.length > 0 && components.every(({ reproducible }) => reproducible === null)
    ? "ONE START: whether other starts find the components again is not known"
    : undefined;
}

/** Facts of a component; `match` is what the match to other starts is called where there is little room. */
export function componentFacts(
  { lambda, share, match }: ComponentFacts,
  matchName = "match to the other starts",
): string[] {
  return [
    `λ ${tickText(Number(lambda.toPrecision(3)))}`,
    `share ${tickText(Number((share * 100).toPrecision(2)))} %`,
    match === null ? "one start" : `${matchName} ${match.toFixed(2)}`,
  ];
}

/** What must not be overlooked of a run: a control, a rank that is a guess, components that are not found again. */
export function runFlags(run: RunFacts, components: readonly ComponentFacts[]): Flag[] {
  const control = controlWords(run);
  const lost = reproducibilityWords(components);
  const guess = "NO RANK PASSES THE RULE: the rank is a guess";
  return [
    ...(control === undefined ? [] : [{ text: control, alarm: false }]),
    ...(run.rank?.choice === "none_passes" ? [{ text: guess, alarm: false }] : []),
    ...(lost === undefined ? [] : [{ text: lost, alarm: lost.startsWith("NOT") }]),
  ];
}
