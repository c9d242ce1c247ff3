import type { CombineGrams, Command, FloatBuffer, GroupGrams, RowGrams } from "../../compute/device/command.js";
import type { DeviceMemory, FloatType } from "../../compute/device/device.js";
import type { Shape } from "./cp-model.js";
import { groupRows, type Presence, transposedMask } from "./presence.js";

/** Commands that bring the Gram matrices of a mode up to date with the other factors, and those matrices. */
export interface ModeGrams {
  readonly commands: readonly Command[];
  readonly rows: RowGrams;
}
export type SweepGrams = readonly [ModeGrams, ModeGrams, ModeGrams];

interface GramSetting {
  readonly memory: DeviceMemory;
  readonly type: FloatType;
  readonly factors: readonly [FloatBuffer, FloatBuffer, FloatBuffer];
  readonly shape: Shape;
  readonly rank: number;
}

/**
 * The Gram matrices that the rows of each factor need. Without `presence` each mode has one: the Hadamard product of
 * those of the other factors. With it, a row needs sums over what is there: of `cells`, pair p has
 * (BᵀB) ∘ Σ_w m_pw c_w c_wᵀ, animal w (BᵀB) ∘ Σ_p m_pw a_p a_pᵀ, and all bins Σ_w (Σ_p m_pw a_p a_pᵀ) ∘ c_w c_wᵀ;
 * of `blocks`, item i has Σ_w m_iw (Σ_j m_jw b_j b_jᵀ) ∘ (Σ_{t in w} c_t c_tᵀ), and bin t of block w
 * (Σ_i m_iw a_i a_iᵀ) ∘ (Σ_j m_jw b_j b_jᵀ). They follow from setting the derivative of Σ m (x − model)² to zero.
 */
export function sweepGrams(setting: GramSetting, presence?: Presence): SweepGrams {
  if (presence === undefined) return plainGrams(setting);
  return presence.layout === "cells" ? cellGrams(setting, presence) : blockGrams(setting, presence);
}

function plainGrams({ memory, type, factors, shape, rank }: GramSetting): SweepGrams {
  return ([0, 1, 2] as const).map((mode): ModeGrams => {
    const out = memory.allocate(type, rank * rank);
    const others = ([0, 1, 2] as const).filter((other) => other !== mode);
    return {
      commands: [
        {
          kind: "gramProduct",
          factors: others.map((other) => ({ buffer: factors[other], rows: shape[other] })),
          rank,
          out,
        },
      ],
      rows: { grams: out },
    };
  }) as unknown as SweepGrams;
}

function cellGrams(setting: GramSetting, { mask }: { readonly mask: Uint8Array }): SweepGrams {
  const { memory, type, factors, shape, rank } = setting;
  const [rows, , animals] = shape;
  const size = rank * rank;
  const { groupOf, patterns, count } = groupRows(mask, rows, animals);
  const identity = memory.upload(type, identityMatrix(animals));
  const ofTime = memory.allocate(type, size);
  const timeGram: Command = {
    kind: "gramProduct",
    factors: [{ buffer: factors[1], rows: shape[1] }],
    rank,
    out: ofTime,
  };
  const ofAnimals = memory.allocate(type, animals * size);
  const animalGrams = grouped(setting, 2, animals, identity, ofAnimals);
  const ofPairs = memory.allocate(type, animals * size);
  const pairGrams = grouped(
    setting,
    0,
    animals,
    memory.upload(type, numbers(transposedMask(mask, rows, animals))),
    ofPairs,
  );
  const pairs = combined(setting, [ofTime, 1], [ofAnimals, animals], count, memory.upload(type, numbers(patterns)));
  const time = combined(
    setting,
    [ofPairs, animals],
    [ofAnimals, animals],
    1,
    memory.upload(type, new Float64Array(animals).fill(1)),
  );
  const perAnimal = combined(setting, [ofTime, 1], [ofPairs, animals], animals, identity);
  return [
    {
      commands: [timeGram, animalGrams, pairs],
      rows: { grams: pairs.out, rowGroup: memory.upload("uint32", groupOf) },
    },
    { commands: [pairGrams, time], rows: { grams: time.out } },
    {
      commands: [timeGram, perAnimal],
      rows: {
        grams: perAnimal.out,
        rowGroup: memory.upload(
          "uint32",
          Uint32Array.from({ length: animals }, (_, w) => w),
        ),
      },
    },
  ];
}

function blockGrams(
  setting: GramSetting,
  { mask, blockOf }: { readonly mask: Uint8Array; readonly blockOf: Uint32Array },
): SweepGrams {
  const { memory, type, shape, rank } = setting;
  const [items, , bins] = shape;
  const blocks = mask.length / items;
  const size = rank * rank;
  const { groupOf, patterns, count } = groupRows(transposedMask(mask, blocks, items), items, blocks);
  const members = memory.upload(type, numbers(mask));
  const inBlock = new Uint8Array(blocks * bins);
  for (const [bin, block] of blockOf.entries()) inBlock[block * bins + bin] = 1;
  const [first, second, time] = [0, 1, 2].map(() => memory.allocate(type, blocks * size)) as [
    FloatBuffer,
    FloatBuffer,
    FloatBuffer,
  ];
  const firstGrams = grouped(setting, 0, blocks, members, first);
  const secondGrams = grouped(setting, 1, blocks, members, second);
  const timeGrams = grouped(setting, 2, blocks, memory.upload(type, numbers(inBlock)), time);
  const groupWeights = memory.upload(type, numbers(patterns));
  const rowGroup = memory.upload("uint32", groupOf);
  const ofFirst = combined(setting, [second, blocks], [time, blocks], count, groupWeights);
  const ofSecond = combined(setting, [first, blocks], [time, blocks], count, groupWeights);
  const identity = memory.upload(type, identityMatrix(blocks));
  const ofTime = combined(setting, [first, blocks], [second, blocks], blocks, identity);
  return [
    { commands: [secondGrams, timeGrams, ofFirst], rows: { grams: ofFirst.out, rowGroup } },
    { commands: [firstGrams, ofSecond], rows: { grams: ofSecond.out, rowGroup } },
    { commands: [secondGrams, ofTime], rows: { grams: ofTime.out, rowGroup: memory.upload("uint32", blockOf) } },
  ];
}

function grouped(
  { factors, shape, rank }: GramSetting,
  mode: 0 | 1 | 2,
  groups: number,
  weights: FloatBuffer,
  out: FloatBuffer,
): GroupGrams {
  return { kind: "groupGrams", factor: factors[mode], rows: shape[mode], rank, groups, weights, out };
}

function combined(
  { memory, type, rank }: GramSetting,
  [left, leftCount]: readonly [FloatBuffer, number],
  [right, rightCount]: readonly [FloatBuffer, number],
  outputs: number,
  weights: FloatBuffer,
): CombineGrams {
  return {
    kind: "combineGrams",
    left: { buffer: left, count: leftCount },
    right: { buffer: right, count: rightCount },
    rank,
    outputs,
    weights,
    out: memory.allocate(type, outputs * rank * rank),
  };
}

function identityMatrix(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

function numbers(mask: Uint8Array): Float64Array {
  return Float64Array.from(mask);
}
