import type { Stage } from "./stage.js";

/** Stages by the name used in pipelines; a module is imported when its stage is asked for. */
export const stageCatalogue: Readonly<Record<string, () => Promise<Stage>>> = {};
