import { compareCodeUnits } from "../../base/canonical-json.js";
import { hashOf } from "../../base/hash.js";

/** One presentation of a stimulus. */
export interface Presentation {
  readonly kind: string;
  readonly name: string;
  /** Seconds after frame 0; null for a state that held when the recording began. */
  readonly t_on_s: number | null;
}

/**
 * Hash of what was presented and when, to a resolution; null without presentations. Recordings with the same hash were
 * stimulated alike. Onsets close to the middle between two multiples of the resolution may be told apart though they
 * are alike. The order of the presentations does not matter.
 */
export function stimulusClock(presentations: readonly Presentation[], resolutionS: number): string | null {
  if (presentations.length === 0) return null;
  const entries = presentations.map(({ kind, name, t_on_s }) =>
    JSON.stringify([t_on_s === null ? null : Math.round(t_on_s / resolutionS) + 0, kind, name]),
  );
  return hashOf(entries.sort(compareCodeUnits));
}
