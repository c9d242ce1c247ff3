/**
 * Directions of colours above the background, of length 1 (0 where a colour is not above it): what remains of a colour
 * when its brightness, which beads and fades along a neurite, is taken away. `channels` values each, as the input.
 */
export function hueOf(colours: ArrayLike<number>, channels: number, background: readonly number[]): Float32Array {
  const hues = new Float32Array(colours.length);
  for (let start = 0; start < colours.length; start += channels) {
    let squared = 0;
    for (let c = 0; c < channels; c++) {
      const above = Math.max(0, (colours[start + c] as number) - (background[c] as number));
      hues[start + c] = above;
      squared += above * above;
    }
    if (squared === 0) continue;
    const length = Math.sqrt(squared);
    for (let c = 0; c < channels; c++) hues[start + c] = (hues[start + c] as number) / length;
  }
  return hues;
}
