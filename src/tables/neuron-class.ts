/**
 * The neuron classes of White, Southgate, Thomson and Brenner 1986 with their members: facts of the field, authored
 * here and compared with the published list of 300 labels where a mirror holds it.
 */

const PAIRED = [
  "ADA ADE ADF ADL AFD AIA AIB AIM AIN AIY AIZ ALM ALN ASE ASG ASH ASI ASJ ASK AUA AVA AVB AVD AVE AVF AVH AVJ AVK",
  "AWA AWB AWC BAG BDU CAN FLP HSN I1 I2 LUA M2 M3 MC NSM OLL PDE PHA PHB PHC PLM PLN PVC PVD PVN PVP PVQ PVW",
  "RIA RIB RIC RIF RIG RIM RIP RIV RMF RMG RMH SDQ URB URX",
];
const UNPAIRED = "ALA AQR AVG AVL AVM DVA DVB DVC I3 I4 I5 I6 M1 M4 M5 MI PDA PDB PQR PVM PVR PVT RID RIH RIR RIS";
const FOURFOLD = "CEP OLQ SAA SIA SIB SMB SMD URA URY";
const SIXFOLD = "IL1 IL2 RMD";
/** Motor neurons of the ventral cord, numbered from the head. */
const NUMBERED = { AS: 11, DA: 9, DB: 7, DD: 6, VA: 12, VB: 11, VC: 6, VD: 13 } as const;

function withSuffixes(classNames: string, suffixes: readonly string[]): [string, readonly string[]][] {
  return classNames.split(" ").map((name) => [name, suffixes.map((suffix) => name + suffix)]);
}

/** Class name → labels of its members. */
export const NEURON_CLASS_MEMBERS: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...withSuffixes(PAIRED.join(" "), ["L", "R"]),
  ...withSuffixes(UNPAIRED, [""]),
  ...withSuffixes(FOURFOLD, ["DL", "DR", "VL", "VR"]),
  ...withSuffixes(SIXFOLD, ["DL", "DR", "L", "R", "VL", "VR"]),
  ...withSuffixes("RME", ["D", "L", "R", "V"]),
  ...withSuffixes("SAB", ["D", "VL", "VR"]),
  ...Object.entries(NUMBERED).map(([name, count]): [string, readonly string[]] => [
    name,
    Array.from({ length: count }, (_, index) => `${name}${index + 1}`),
  ]),
]);
