/** An sRGB colour, 0..255 each. */
export type Rgb = readonly [number, number, number];

/** Golden ratio conjugate: successive hues keep far apart, and the hue of an id never depends on how many there are. */
const HUE_STEP = 0.618033988749895;

/**
 * The colour of an instance on a dark ground, by its id alone (1, 2, …), so that it is the same in every picture.
 * Hues follow the golden angle; lightness and saturation alternate, so that ids with near hues differ in brightness.
 */
export function instanceColour(id: number): Rgb {
  const hue = (0.02 + id * HUE_STEP) % 1;
  const round = id % 3;
  return hslToRgb(hue, round === 1 ? 0.62 : 0.9, round === 2 ? 0.72 : 0.58);
}

function hslToRgb(hue: number, saturation: number, lightness: number): Rgb {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue * 12) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
