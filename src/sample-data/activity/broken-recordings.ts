import type { BrokenRecording } from "./broken-recording.js";
import { brokenFlavell } from "./broken-recordings-flavell.js";
import { brokenLabels, brokenManifests } from "./broken-recordings-labels.js";
import { brokenMatlabCells, brokenMatlabClasses, brokenMatlabWorms } from "./broken-recordings-matlab.js";
import { brokenNwb } from "./broken-recordings-nwb.js";
import { brokenTables } from "./broken-recordings-table.js";
import { brokenTextFiles, brokenZippedCsv } from "./broken-recordings-text.js";
import { brokenWormWideWeb } from "./broken-recordings-wormwideweb.js";

/**
 * Recordings that are broken in one way each, for every loader of recordings: cut off, lying about sizes, out of bounds,
 * leading out of the file or in circles, of other units, lengths and types, or merely unusual. Each must give one error
 * or one dropped row that names file and place, or be carried as it is. Small: 40 frames of three ROIs, the same each
 * time. About 8 MB, 1 s.
 */
export async function brokenRecordings(): Promise<BrokenRecording[]> {
  return [
    ...brokenFlavell(),
    ...brokenLabels(),
    ...brokenManifests(),
    ...brokenWormWideWeb(),
    ...brokenMatlabCells(),
    ...brokenMatlabClasses(),
    ...brokenMatlabWorms(),
    ...(await brokenNwb()),
    ...brokenTextFiles(),
    ...brokenZippedCsv(),
    ...brokenTables(),
  ];
}
