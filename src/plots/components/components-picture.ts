import { animalNames } from "../dynamic-connectome/animal-names.js";
import { behaviourSwatches } from "../dynamic-connectome/behaviour-parts.js";
import { COMPONENT_TITLE_HEIGHT, componentTitle } from "../dynamic-connectome/component-title.js";
import { missingHatch } from "../dynamic-connectome/missing-hatch.js";
import { footLines, MARGIN, runHeader } from "../dynamic-connectome/run-header.js";
import { reproducibilityWords, runFacts, runFlags } from "../dynamic-connectome/run-words.js";
import { layoutBlocks } from "../dynamic-connectome/time-blocks.js";
import { type Swatch, swatches } from "../legend.js";
import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf } from "../scale.js";
import type { Theme } from "../theme.js";
import { animalPanel } from "./animal-panel.js";
import type { ComponentsData } from "./components-data.js";
import { factorPanel } from "./factor-panel.js";
import { matrixLayout, matrixPanel } from "./matrix-panel.js";

const GAP = 22;
const ROW_GAP = 16;
const ANIMALS_WIDTH = 190;
/** Left of the time factor: what it shows, and names and numbers of behaviour. */
const AXIS_ROOM = 92;
const BARE_AXIS_ROOM = 50;
/** A row is at least as high as this. */
const LEAST_ROW = 190;

/**
 * Components of a run, one row each: who (pairs of neurons by community), when (the time factor over what the animals
 * did) and in which animals. Components that other starts do not find again are said to be so above all and in their
 * row.
 */
export function componentsPicture(data: ComponentsData, { theme, width }: PictureStyle): Picture {
  const { run, components, blocks, behaviour } = data;
  const flags = runFlags(run, data.all);
  const head = runHeader({
    title: `Components of ${run.id}`,
    facts: runFacts(run, blocks),
    flags,
    width,
    theme,
  });
  const signed = components.some(({ pairs }) => pairs.opposite !== undefined);
  const neurons = Math.max(0, ...components.map(({ pairs }) => pairs.neurons.length));
  const layout = matrixLayout(neurons, signed ? 2 : 1);
  const { names } = animalNames(run.animals);
  const shownNames = run.animals.map((animal) => names.get(animal) ?? animal);
  const tracks = behaviour.animals.some(({ velocity, reversals }) => velocity !== undefined || reversals.length > 0);
  const matrixX = MARGIN;
  const animalsX = width - MARGIN - ANIMALS_WIDTH;
  const left = matrixX + layout.width + GAP + (tracks ? AXIS_ROOM : BARE_AXIS_ROOM);
  const time = layoutBlocks(blocks, { left, right: animalsX - GAP, theme });
  const parts: string[] = [];
  const [keys, notes] = [new Set<string>(), new Set<string>()];
  let y = head.height;
  for (const component of components) {
    const { facts, pairs } = component;
    parts.push(
      componentTitle({ facts, more: [orderWords(component.order)], x: MARGIN, y, width: width - 2 * MARGIN, theme }),
    );
    y += COMPONENT_TITLE_HEIGHT + 4;
    const height = Math.max(LEAST_ROW, layout.height);
    const factor = factorPanel({ component, blocks: time, behaviour, names, top: y, height });
    parts.push(
      matrixPanel({ x: matrixX, y, layout, pairs, theme }),
      factor.svg,
      animalPanel({
        component,
        names: shownNames,
        title: run.alignment === "shared_clock" ? "animal factor" : "mean of time factor",
        x: animalsX,
        top: y + 12,
        width: ANIMALS_WIDTH,
        height: height - 12,
        theme,
      }),
    );
    for (const key of factor.key) keys.add(key);
    for (const note of factor.notes) notes.add(note);
    y += Math.max(height, factor.height) + ROW_GAP;
  }
  const legend = swatches({ x: MARGIN, y, right: width - MARGIN, items: legendItems(data, time, theme), theme });
  y += legend.height + 14;
  const said = [...notes, ...hiddenWords(data), ...behaviour.notes, ...data.notes];
  const sentences = [...keys, ...readingGuide(data, signed), ...said];
  const foot = footLines({ sentences, x: MARGIN, y, width: width - 2 * MARGIN, theme });
  const height = Math.ceil(y + foot.height + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Components of ${run.id}`,
    description: description(data),
    theme,
    definitions: missingHatch(theme),
    children: [head.svg, ...parts, legend.svg, foot.svg],
  });
  const flagTexts = flags.map(({ text }) => text);
  return { svg, width, height, rows: components.length, notes: [...flagTexts, ...said] };
}

function orderWords(order: ComponentsData["components"][number]["order"]): string {
  switch (order) {
    case "weighted_sbm":
      return "neurons by community (block model)";
    case "leiden":
      return "neurons by community (Leiden)";
    case "no_structure":
      return "no community structure found: neurons by strength";
    case "strength":
      return "no communities were looked for: neurons by strength";
  }
}

function legendItems(data: ComponentsData, time: Parameters<typeof behaviourSwatches>[0], theme: Theme): Swatch[] {
  const { components, behaviour } = data;
  const missing = theme.missingHatch === undefined ? theme.missing : "url(#missing)";
  const found = components.some(({ intervals }) => intervals !== null);
  const unseen = components.some(({ pairs }) => pairs.together.some(Number.isNaN));
  return [
    ...(found ? [{ fill: theme.line, label: "active: above half of its maximum" }] : []),
    ...behaviourSwatches(time, behaviour, theme),
    { fill: theme.panel, stroke: theme.line, label: "animal below half of the largest" },
    ...(unseen ? [{ fill: missing, label: "in no animal both neurons" }] : []),
  ];
}

function hiddenWords({ components }: ComponentsData): string[] {
  const hidden = components[0]?.pairs.hidden ?? 0;
  return hidden > 0 ? [`not shown: ${countOf(hidden, "neuron")} of each component, the weakest`] : [];
}

function readingGuide({ run, components }: ComponentsData, signed: boolean): string[] {
  const norm =
    run.alignment === "shared_clock"
      ? "factors of pairs, time and animals have unit norm, λ carries the size"
      : "time factors have unit norm, animals are their means over the bins of each, pairs are the products of the two neuron factors, λ carries the size";
  return [
    norm,
    "colours of pairs end at the largest of each component",
    ...(signed ? ["above the diagonal neurons that go together, below it those that go opposite ways"] : []),
    "dashed: half of the maximum",
    ...(components.some(({ order }) => order !== "strength")
      ? ["numbers of communities are of one component only"]
      : []),
  ];
}

function description({ run, components, all }: ComponentsData): string {
  const lost = reproducibilityWords(all);
  const list = components.map(
    ({ facts }) => `component ${facts.component} with ${Math.round(facts.share * 100)} % of the weight`,
  );
  return `${lost === undefined ? "" : `${lost}. `}${countOf(components.length, "component")} of ${countOf(run.neurons.length, "neuron")} in ${countOf(run.animals.length, "animal")}: pair matrix, time factor and animals of each. ${list.join(", ")}.`;
}
