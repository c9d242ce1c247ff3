/** Edge of a voxel in micrometres, the same on every axis, as published: no file says it. As float32. */
export const VOXEL_UM = Math.fround(0.44);
