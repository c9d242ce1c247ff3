const SOURCES = `  # Invented recordings in which groups of neurons act together: nobody's data.
  planted_motifs: { files: "celegans/PlantedMotifs/*/*.csv", optional: true }
  planted_motifs_labels: { files: celegans/PlantedMotifs/labels.json, optional: true }
`;

const STEPS = `  # Described in YAML, as recordings of your own would be.
  planted_motifs:
    load: activity/table-folder
    source: planted_motifs
    into: [recording_record, roi_record, source_trace, behavior_record, event_record, stimulus_record]
    with:
      dataset: PlantedMotifs
      traces: [{ file: traces.csv, kind: dff, unit: dF/F, orientation: frames-by-rois }]
      time: { file: traces.csv, column: "time (s)", unit: s }
      stimuli:
        - { file: stimuli.csv, start: "on (s)", end: "off (s)", names: name, name: odour, kind: odour, unit: s }
  planted_motifs_labels:
    { load: activity/neuropal-labels, source: planted_motifs_labels, into: label_record, with: { dataset: PlantedMotifs } }
`;

/** What is replaced in a pipeline, and by what. */
const CHANGES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "celegans-activity.yaml": [
    ["\nsources:\n", `\nsources:\n${SOURCES}`],
    ["\nsteps:\n", `\nsteps:\n${STEPS}`],
  ],
  "dynamic-connectome.yaml": [
    ['recordings: ["Dag2023/*"]', 'recordings: ["PlantedMotifs/*"]'],
    // Fewer ranks than for an answer: it is to be quick.
    ["with: { seed: 1 }", "with: { seed: 1, ranks: { from: 3, to: 5 } }"],
  ],
};

/**
 * A pipeline of the package, as text, for a project that has the files of {@link sampleMotifFiles}: `celegans-activity`
 * reads them too, `dynamic-connectome` reads them alone, quickly. Other pipelines stay as they are.
 * @throws {Error} where the text is not that of the package.
 */
export function pipelineWithMotifs(name: string, text: string): string {
  let changed = text;
  for (const [before, after] of CHANGES[name] ?? []) {
    if (changed.split(before).length !== 2) throw new Error(`${name} does not hold ${JSON.stringify(before)} once`);
    changed = changed.replace(before, () => after);
  }
  return changed;
}
