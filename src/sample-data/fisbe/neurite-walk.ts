import type { SeededRandom } from "../seeded-random.js";
import {
  between,
  clampInside,
  type Domain,
  distance,
  ellipsoidLevel,
  normal,
  unit,
  type Vector,
  wallPush,
} from "./domain.js";

/** Standard deviation of the turn per voxel, in radians (per axis, before the direction is made a unit vector again). */
const TURN = 0.12;

/**
 * A persistent random walk of unit steps to within two voxels of a target, without its first position. It turns to the
 * target the more the nearer that is, and back into the tissue at its edge.
 */
export function walkTo(
  domain: Domain,
  random: SeededRandom,
  walk: { readonly from: Vector; readonly heading: Vector; readonly to: Vector; readonly mostSteps: number },
): Vector[] {
  const path: Vector[] = [];
  let position = walk.from;
  let heading = unit(walk.heading);
  for (let step = 0; step < walk.mostSteps; step++) {
    const away = distance(position, walk.to);
    if (away < 2) break;
    const aim = unit([walk.to[0] - position[0], walk.to[1] - position[1], walk.to[2] - position[2]]);
    const outside = ellipsoidLevel(domain, position) - 0.9;
    const home = outside > 0 ? unit(towards(position, domain.centre)) : aim;
    const steer = 0.05 + 1.5 / (away + 3);
    const pull = outside > 0 ? Math.min(0.5, outside) : 0;
    const wall = wallPush(domain, position);
    heading = unit([
      heading[0] + TURN * normal(random) + steer * aim[0] + pull * home[0] + 0.3 * wall[0],
      heading[1] + TURN * normal(random) + steer * aim[1] + pull * home[1] + 0.3 * wall[1],
      heading[2] + TURN * normal(random) + steer * aim[2] + pull * home[2] + 0.3 * wall[2],
    ]);
    position = clampInside(domain, [position[0] + heading[0], position[1] + heading[1], position[2] + heading[2]]);
    path.push(position);
  }
  return path;
}

function towards(from: Vector, to: Vector): Vector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

/** A path beside another one: the same steps, moved by up to one voxel, which changes slowly. */
export function followed(domain: Domain, random: SeededRandom, tract: readonly Vector[]): Vector[] {
  const shift = () => unit([normal(random), normal(random), normal(random)]);
  const reach = between(random, 0, 1);
  const from = shift();
  const to = shift();
  return tract.map((point, index) => {
    const share = tract.length < 2 ? 0 : index / (tract.length - 1);
    const at = (axis: 0 | 1 | 2) => point[axis] + reach * ((1 - share) * from[axis] + share * to[axis]);
    return clampInside(domain, [at(0), at(1), at(2)]);
  });
}
