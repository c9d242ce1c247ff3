import { subsets } from "../subsets.js";
import { COMPAT_FLAGS, type CompatFlag, type CompatFlags, compatFlags } from "./compat-flag.js";

export type CompatValue = string | number | null;

/**
 * Finds why the published procedure and the corrected one differ, value by value. A flag is a cause of a value if
 * switching it off from those given, or on from none, changes it; where no single flag does, the first smallest set
 * that does so together (DESIGN section 7). Values that do not differ between the two ends have no causes.
 * Cost: two runs per flag that is on, and two, and two per pair where values are left over.
 * @param run gives as many values, in the same order, for any flags
 * @param given the switches of the published side; those that are off there are no causes
 */
export function compatCauses(run: (flags: CompatFlags) => readonly CompatValue[], given: CompatFlags): CompatFlag[][] {
  const published = run(given);
  const corrected = run(compatFlags([]));
  const causes = published.map((): CompatFlag[] => []);
  let open = published.flatMap((value, row) => (Object.is(value, corrected[row]) ? [] : [row]));
  const candidates = COMPAT_FLAGS.filter((flag) => given[flag]);
  for (let size = 1; open.length > 0 && size <= candidates.length; size++) {
    const found = new Set<number>();
    for (const flags of subsets(candidates, size)) {
      const pending = size === 1 ? open : open.filter((row) => !found.has(row));
      if (pending.length === 0) break;
      const without = run(compatFlags(candidates.filter((flag) => !flags.includes(flag))));
      const withThem = run(compatFlags(flags));
      for (const row of pending) {
        if (Object.is(without[row], published[row]) && Object.is(withThem[row], corrected[row])) continue;
        causes[row]?.push(...flags);
        found.add(row);
      }
    }
    open = open.filter((row) => !found.has(row));
  }
  return causes;
}
