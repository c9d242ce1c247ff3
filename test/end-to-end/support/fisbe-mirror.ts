import { openVolume } from "../../../src/formats/volume/open-volume.js";
import { elementCount } from "../../../src/formats/volume/volume.js";
import { npyBytes } from "../../../src/sample-data/fisbe/broken-predictions.js";
import { sampleVolumeFiles } from "../../../src/sample-data/fisbe/sample-volumes.js";
import { writeBelow } from "../../loaders/fisbe/support/volume-files.js";

/** A mirror folder with two synthetic samples and predictions of them by several methods. */
export interface FisbeMirror {
  readonly folder: string;
  /** Completely labelled, and its store's path in the mirror. */
  readonly complete: string;
  readonly completeStore: string;
  /** Partly labelled. */
  readonly partly: string;
  readonly partlyStore: string;
}

/** Methods whose predictions lie in the mirror, and of which samples: c(ompletely), p(artly). */
export const METHODS = { perfect: "cp", masks: "c", overlapping: "c", empty: "cp", shifted: "p" } as const;

/**
 * Writes two tiny synthetic samples, and predictions: `perfect` the ground truth itself (Zarr), `masks` the same as 0/1
 * masks (npy), `overlapping` every neuron in a channel of its own and all of them together in another (npy), `empty`
 * (npy, one channel and several), `shifted` one label over everything, larger than the volume (npy).
 */
export async function writeFisbeMirror(folder: string): Promise<FisbeMirror> {
  const one = { train: 0, val: 0, test: 1 };
  const files = await sampleVolumeFiles({ seed: 3, preset: "tiny", counts: { completely: one, partly: one } });
  writeBelow(folder, Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
  const storeIn = (labelling: string): string => {
    const file = files.find(({ path }) => path.includes(`/${labelling}/`))?.path ?? "";
    return /^.*?\.zarr/.exec(file)?.[0] ?? "";
  };
  const [completeStore, partlyStore] = [storeIn("completely"), storeIn("partly")];
  const sampleOf = (store: string) => store.slice(store.lastIndexOf("/") + 1, -".zarr".length);
  const [complete, partly] = [sampleOf(completeStore), sampleOf(partlyStore)];
  for (const [store, sample] of [
    [completeStore, complete],
    [partlyStore, partly],
  ] as const) {
    const truth = files.filter(({ path }) => path.startsWith(`${store}/volumes/gt_instances/`));
    const copied = truth.map(({ path, bytes }) => [
      `fisbe/predictions/perfect/${sample}.zarr/labels/${path.slice(`${store}/volumes/gt_instances/`.length)}`,
      bytes,
    ]);
    writeBelow(folder, Object.fromEntries(copied));
  }
  const { shape, data } = await truthOf(`${folder}/${completeStore}`);
  const size = elementCount(shape.slice(1));
  const channels = shape[0] as number;
  const all = new Uint8Array(size);
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) all[i % size] = channels + 1;
  const partlyShape = (await truthOf(`${folder}/${partlyStore}`)).shape.slice(1);
  const larger = partlyShape.map((length) => length + 6);
  writeBelow(folder, {
    [`fisbe/predictions/masks/${complete}.npy`]: npyBytes(
      data.map((value) => Math.min(value, 1)),
      shape,
    ),
    [`fisbe/predictions/overlapping/${complete}.npy`]: npyBytes(Uint8Array.from([...data, ...all]), [
      channels + 1,
      ...shape.slice(1),
    ]),
    [`fisbe/predictions/empty/${complete}.npy`]: npyBytes(new Uint8Array(size), shape.slice(1)),
    [`fisbe/predictions/empty/${partly}.npy`]: npyBytes(new Uint8Array(2 * elementCount(partlyShape)), [
      2,
      ...partlyShape,
    ]),
    [`fisbe/predictions/shifted/${partly}.npy`]: npyBytes(new Uint16Array(elementCount(larger)).fill(7), larger),
  });
  return { folder, complete, completeStore, partly, partlyStore };
}

async function truthOf(store: string): Promise<{ shape: readonly number[]; data: Uint8Array }> {
  const volume = await openVolume(store, { key: "volumes/gt_instances" });
  try {
    const zeros = volume.shape.map(() => 0);
    return { shape: volume.shape, data: (await volume.read(zeros, volume.shape)) as Uint8Array };
  } finally {
    await volume.close();
  }
}
