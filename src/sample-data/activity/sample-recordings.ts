import { compareCodeUnits } from "../../base/canonical-json.js";
import type { SampleFile } from "../sample-sources.js";
import { dagFiles } from "./flavell-recordings.js";
import { flavellFiles, wormWideWebManifestFiles } from "./flavell-recordings-wormwideweb.js";
import {
  kaplan2020Files,
  kato2015Files,
  nichols2017Files,
  skora2018Files,
  uzel2022Files,
} from "./matlab-recordings.js";
import { lin2023Files, yemini2021Files } from "./matlab-recordings-v5.js";
import { nejatbakhshFiles } from "./nwb-recordings.js";
import { leiferFiles, venkatachalamFiles } from "./text-recordings.js";
import { wholeBrainFiles } from "./whole-brain-recording.js";

/**
 * Synthetic recordings of all twelve datasets, each in the format of the published files and with its traps: two worms
 * (700 and 599 frames, six ROIs) with a duplicate label, none, one unsure of its side, a zero-padded one, a run of NaN, a
 * column of nothing else, irregular times, and a stimulus where the format has any; and one whole brain. Nobody's data; paths and bytes
 * depend on `seed` alone. About 5 MB, 1 s.
 */
export function sampleRecordingFiles(seed: number): SampleFile[] {
  const makers = [
    kato2015Files,
    nichols2017Files,
    skora2018Files,
    kaplan2020Files,
    nejatbakhshFiles,
    yemini2021Files,
    uzel2022Files,
    dagFiles,
    leiferFiles,
    lin2023Files,
    flavellFiles,
    venkatachalamFiles,
    wormWideWebManifestFiles,
    wholeBrainFiles,
  ];
  return makers.flatMap((make) => make(seed)).sort((a, b) => compareCodeUnits(a.path, b.path));
}
