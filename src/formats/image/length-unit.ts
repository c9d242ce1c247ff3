/** Micrometres per unit. Spellings as NRRD, OME, ImageJ and NIfTI files write them, in lower case. */
const MICROMETRES = new Map<string, number>([
  ...names(
    1,
    "µm",
    "μm",
    "um",
    "micron",
    "microns",
    "micrometer",
    "micrometers",
    "micrometre",
    "micrometres",
    "\\u00b5m",
  ),
  ...names(1000, "mm", "millimeter", "millimeters", "millimetre", "millimetres"),
  ...names(0.001, "nm", "nanometer", "nanometers", "nanometre", "nanometres"),
  ...names(1e4, "cm", "centimeter", "centimeters", "centimetre", "centimetres"),
  ...names(1e6, "m", "meter", "meters", "metre", "metres"),
  ...names(1e-6, "pm", "picometer", "picometers", "picometre", "picometres"),
  ...names(1e-4, "å", "angstrom", "angstroms"),
  ...names(25400, "inch", "inches", "in"),
]);

function names(size: number, ...spellings: string[]): [string, number][] {
  return spellings.map((spelling) => [spelling, size]);
}

/** Micrometres in one of that unit; undefined for what is no unit of length. */
export function micrometresPer(unit: string | undefined): number | undefined {
  return unit === undefined ? undefined : MICROMETRES.get(unit.trim().toLowerCase());
}

/** A length in micrometres; undefined when it is no positive finite number or the unit is unknown. */
export function inMicrometres(length: number | undefined, unit: string | undefined): number | undefined {
  const size = micrometresPer(unit);
  if (size === undefined || length === undefined || !Number.isFinite(length) || length <= 0) return undefined;
  // 0.00058 mm is 0.58 µm: dividing by a whole number keeps the decimal digits that multiplying blurs.
  return size < 1 ? length / Math.round(1 / size) : length * size;
}
