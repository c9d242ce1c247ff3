import { element } from "../svg.js";
import type { Theme } from "../theme.js";

/** The pattern `#missing` of themes that hatch what has no value. */
export function missingHatch({ missingHatch: stroke }: Theme): string[] {
  if (stroke === undefined) return [];
  const pattern = { id: "missing", width: 4, height: 4, patternUnits: "userSpaceOnUse" };
  const lines = element("path", { d: "M-1 1L1 -1M0 4L4 0M3 5L5 3", stroke, "stroke-width": 0.7 });
  return [element("pattern", pattern, lines)];
}
