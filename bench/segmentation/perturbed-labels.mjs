/** Above 65,535, with gaps: labels are any numbers. */
const FIRST_ID = 70_001;
const ID_STEP = 13;
const DISPLACEMENT = [1, -1, 2];
/** Radii of balls of noise: more, and fewer, voxels than the size filter lets pass. */
const BALLS = [7, 7, 7, 3, 3];

/**
 * A segmentation with the usual errors, from the labels of the truth, largest first: the first is cut in two, the second
 * displaced, of the third the middle is missing, the next two are one, the sixth is missing, the others stay; and balls
 * of noise. The same for the same random numbers.
 */
export function perturbedLabels(labels, shape, random) {
  const sets = [];
  for (const [rank, { voxels }] of labels.entries()) {
    if (rank === 0) sets.push(...cut(voxels, shape, 2));
    else if (rank === 1) sets.push(displaced(voxels, shape));
    else if (rank === 2) sets.push(...cut(voxels, shape, 3).filter((_, part) => part !== 1));
    else if (rank === 4) sets[sets.length - 1] = [...sets[sets.length - 1], ...voxels];
    else if (rank !== 5) sets.push(voxels);
  }
  for (const radius of BALLS) sets.push(ball(shape, radius, random));
  return numbered(sets);
}

/** One channel per label of the truth, all displaced, without the smallest: overlaps stay. */
export function displacedChannels(labels, shape) {
  const kept = labels.length > 1 ? labels.slice(0, -1) : labels;
  return kept.map(({ voxels }, i) => [{ id: i + 1, voxels: displaced(voxels, shape) }]);
}

function numbered(sets) {
  return sets.map((voxels, i) => ({ id: FIRST_ID + ID_STEP * i, voxels }));
}

function placeOf(voxel, [, height, width]) {
  const row = Math.floor(voxel / width);
  return [Math.floor(row / height), row % height, voxel % width];
}

/** Equal parts of the box's longest axis. */
function cut(voxels, shape, parts) {
  const places = voxels.map((voxel) => placeOf(voxel, shape));
  const ranges = [0, 1, 2].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, -1];
    for (const place of places) {
      low = Math.min(low, place[axis]);
      high = Math.max(high, place[axis]);
    }
    return { axis, low, size: high - low + 1 };
  });
  const { axis, low, size } = ranges.reduce((longest, each) => (each.size > longest.size ? each : longest));
  const sets = Array.from({ length: parts }, () => []);
  for (const [i, place] of places.entries()) sets[Math.floor(((place[axis] - low) * parts) / size)].push(voxels[i]);
  return sets;
}

/** What leaves the volume is lost. */
function displaced(voxels, shape) {
  return voxels.flatMap((voxel) => {
    const [z, y, x] = placeOf(voxel, shape).map((at, axis) => at + DISPLACEMENT[axis]);
    return isInside([z, y, x], shape) ? [(z * shape[1] + y) * shape[2] + x] : [];
  });
}

function ball(shape, radius, random) {
  const centre = shape.map((size) => random.integer(size));
  const voxels = [];
  for (let z = centre[0] - radius; z <= centre[0] + radius; z++) {
    for (let y = centre[1] - radius; y <= centre[1] + radius; y++) {
      for (let x = centre[2] - radius; x <= centre[2] + radius; x++) {
        const distance = (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2;
        if (distance <= radius ** 2 && isInside([z, y, x], shape)) voxels.push((z * shape[1] + y) * shape[2] + x);
      }
    }
  }
  return voxels;
}

function isInside(place, shape) {
  return place.every((at, axis) => at >= 0 && at < shape[axis]);
}
