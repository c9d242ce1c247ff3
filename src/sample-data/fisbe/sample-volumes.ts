import { compareCodeUnits } from "../../base/canonical-json.js";
import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { SampleFile } from "../sample-sources.js";
import { seededRandom } from "../seeded-random.js";
import { type Labelling, type Split, sampleNames, splitListText } from "./sample-names.js";
import { syntheticVolume, type VolumePreset } from "./synthetic-volume.js";
import { volumeFiles } from "./volume-store.js";

/** Volumes per split. */
export type SampleCounts = Readonly<Record<Labelling, Readonly<Record<Split, number>>>>;

const FEW: SampleCounts = {
  completely: { train: 2, val: 1, test: 2 },
  partly: { train: 2, val: 1, test: 1 },
};
/** Names per split that the list has and no volume: the real archives are often there in part. */
const LISTED_ONLY = 1;

/**
 * A synthetic data set in the layout of FISBe, by path below a mirror folder: stores
 * `fisbe/fisbe_synthetic/{completely,partly}/{train,val,test}/<sample>.zarr/…` and the list of all samples
 * `fisbe/fisbe_splits/sample_list_per_split.txt`, which names one more sample per split. All in memory, about 0.6 MB
 * per tiny volume and 8 MB per small one; for full volumes use `writeSyntheticVolume`.
 */
export async function sampleVolumeFiles(options: {
  readonly seed: number;
  readonly preset: VolumePreset;
  readonly counts?: SampleCounts;
  /** Size of every volume on z, y, x, instead of that of the preset. */
  readonly shape?: VolumeShape;
}): Promise<SampleFile[]> {
  const { seed, preset, counts = FEW, shape } = options;
  const random = seededRandom(seed).fork("fisbe samples");
  const more = (split: Readonly<Record<Split, number>>) => ({
    train: split.train + LISTED_ONLY,
    val: split.val + LISTED_ONLY,
    test: split.test + LISTED_ONLY,
  });
  const splits = sampleNames(random, { completely: more(counts.completely), partly: more(counts.partly) });
  const files: SampleFile[] = [
    { path: "fisbe/fisbe_splits/sample_list_per_split.txt", bytes: new TextEncoder().encode(splitListText(splits)) },
  ];
  for (const { labelling, split, names } of splits) {
    for (const name of names.slice(0, counts[labelling][split])) {
      const volume = syntheticVolume({
        seed: random.integer(2 ** 32),
        preset,
        partly: labelling === "partly",
        ...(shape === undefined ? {} : { shape }),
      });
      const root = `fisbe/fisbe_synthetic/${labelling}/${split}/${name}.zarr`;
      for (const { path, bytes } of await volumeFiles(volume)) files.push({ path: `${root}/${path}`, bytes });
    }
  }
  return files.sort((a, b) => compareCodeUnits(a.path, b.path));
}
