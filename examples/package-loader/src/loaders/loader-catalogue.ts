import type { Loader } from "./loader.js";

export const loaderCatalogue: Readonly<Record<string, () => Promise<Loader>>> = {
  "pumping/counting-sheet": async () => (await import("./pumping/counting-sheet.js")).countingSheet,
};
