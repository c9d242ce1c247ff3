import type { NeuriteGeometry } from "./neurite-geometry.js";

/** Planes of a volume on which tubes are drawn. */
export interface RasterWindow {
  readonly z0: number;
  readonly z1: number;
  readonly height: number;
  readonly width: number;
}

/** A voxel near a segment: its index in the window, the distance to the tube's wall (inside positive), the brightness. */
export type VisitVoxel = (index: number, depth: number, brightness: number) => void;

/**
 * Calls back for every voxel within `reach` voxels outside of the tubes, once per segment that it is near to. Segments
 * are cones between a node and its parent, roots are balls. Cost: 50 to 150 voxels per segment that the window meets.
 */
export function visitTubes(
  geometry: NeuriteGeometry,
  window: RasterWindow,
  options: { readonly reach: number; readonly visibleOnly: boolean },
  visit: VisitVoxel,
): void {
  const { z, y, x, parent, radius, brightness, visible } = geometry;
  const { z0, z1, height, width } = window;
  for (let i = 0; i < parent.length; i++) {
    if (options.visibleOnly && visible[i] === 0) continue;
    const up = (parent[i] as number) < 0 ? i : (parent[i] as number);
    // A soma is a ball of its own: the neurite that leaves it must not be a cone as wide as it.
    const from = (parent[up] as number) < 0 ? i : up;
    const [az, ay, ax] = [z[up] as number, y[up] as number, x[up] as number];
    const [bz, by, bx] = [z[i] as number, y[i] as number, x[i] as number];
    const [ra, rb] = [radius[from] as number, radius[i] as number];
    const [sa, sb] = [brightness[from] as number, brightness[i] as number];
    const most = Math.max(ra, rb) + options.reach;
    const zMin = Math.max(z0, Math.ceil(Math.min(az, bz) - most));
    const zMax = Math.min(z1 - 1, Math.floor(Math.max(az, bz) + most));
    if (zMin > zMax) continue;
    const yMin = Math.max(0, Math.ceil(Math.min(ay, by) - most));
    const yMax = Math.min(height - 1, Math.floor(Math.max(ay, by) + most));
    const xMin = Math.max(0, Math.ceil(Math.min(ax, bx) - most));
    const xMax = Math.min(width - 1, Math.floor(Math.max(ax, bx) + most));
    const [dz, dy, dx] = [bz - az, by - ay, bx - ax];
    const square = dz * dz + dy * dy + dx * dx;
    for (let vz = zMin; vz <= zMax; vz++) {
      const pz = vz - az;
      for (let vy = yMin; vy <= yMax; vy++) {
        const py = vy - ay;
        const row = ((vz - z0) * height + vy) * width;
        for (let vx = xMin; vx <= xMax; vx++) {
          const px = vx - ax;
          let t = square > 1e-9 ? (pz * dz + py * dy + px * dx) / square : 1;
          t = t < 0 ? 0 : t > 1 ? 1 : t;
          const [qz, qy, qx] = [pz - t * dz, py - t * dy, px - t * dx];
          const depth = ra + t * (rb - ra) - Math.sqrt(qz * qz + qy * qy + qx * qx);
          if (depth > -options.reach) visit(row + vx, depth, sa + t * (sb - sa));
        }
      }
    }
  }
}
