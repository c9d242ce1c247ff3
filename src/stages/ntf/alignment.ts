import type { Alignment } from "./affinity.js";

/** What decides whether animals may be aligned. */
export interface AnimalClock {
  /** Seconds of each frame after the first. */
  readonly timeS: ArrayLike<number>;
  readonly stimulusClock: string | null;
}

export interface ChosenAlignment {
  readonly alignment: Alignment;
  /** Why the choice may be wrong, or undefined. */
  readonly warning?: string;
}

/**
 * `auto` is `shared_clock` where all animals have the same stimuli at the same times and their frames stay together,
 * within half a bin; else `concatenated`. The other two are taken as they are, with a warning where a shared clock is
 * not borne out.
 */
export function chooseAlignment(
  asked: Alignment | "auto",
  animals: readonly AnimalClock[],
  binFrames: number,
): ChosenAlignment {
  if (asked === "concatenated") return { alignment: "concatenated" };
  const clocks = new Set(animals.map(({ stimulusClock }) => stimulusClock));
  const sameStimuli = clocks.size === 1 && !clocks.has(null);
  const { spreadS, halfBinS } = clockSpread(animals, binFrames);
  const apart = spreadS > halfBinS;
  const distance = `the same frame is up to ${spreadS.toPrecision(3)} s apart, half a bin is ${halfBinS.toPrecision(3)} s`;
  if (asked === "auto") {
    if (!sameStimuli) return { alignment: "concatenated" };
    if (!apart) return { alignment: "shared_clock" };
    return {
      alignment: "concatenated",
      warning: `the animals have the same stimuli but are not aligned: ${distance}`,
    };
  }
  const reasons = [
    ...(sameStimuli ? [] : ["their stimuli, if they have any, are not all the same"]),
    ...(apart ? [distance] : []),
  ];
  if (reasons.length === 0 || animals.length === 1) return { alignment: "shared_clock" };
  return { alignment: "shared_clock", warning: `the animals are aligned as told, though ${reasons.join("; ")}` };
}

/** How far a frame of two animals is apart at most, over the frames that all have, and half the shortest mean bin. */
function clockSpread(animals: readonly AnimalClock[], binFrames: number) {
  const frames = Math.min(...animals.map(({ timeS }) => timeS.length));
  let spreadS = 0;
  for (let frame = 0; frame < frames; frame++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { timeS } of animals) {
      least = Math.min(least, timeS[frame] as number);
      most = Math.max(most, timeS[frame] as number);
    }
    spreadS = Math.max(spreadS, most - least);
  }
  const steps = animals.map(({ timeS }) => ((timeS[frames - 1] ?? 0) as number) / Math.max(1, frames - 1));
  return { spreadS, halfBinS: (Math.min(...steps) * binFrames) / 2 };
}
