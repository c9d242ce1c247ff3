import type { CombineGrams, Command, FloatBuffer, GroupGrams, RowGrams } from "../../compute/device/command.js";
import type { DeviceMemory, FloatType } from "../../compute/device/device.js";
import type { Shape } from "./cp-model.js";

/**
 * Which entries of a tensor there are; the others hold zero and count neither in the fit nor in the error.
 * `cells`: `mask` is size of mode 0 × size of mode 2, the same along mode 1 (pairs × animals).
 * `blocks`: of items × items × bins; bin t belongs to block blockOf[t], `mask` is blocks × items, and entry (i, j, t)
 * is there where i and j are in the block of t.
 */
export type Presence =
  | { readonly layout: "cells"; readonly mask: Uint8Array }
  | { readonly layout: "blocks"; readonly mask: Uint8Array; readonly blockOf: Uint32Array };

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

/** Rows with equal masks: the group of each row, and the mask of each group. */
export interface RowGroups {
  readonly groupOf: Uint32Array;
  /** Groups × columns. */
  readonly patterns: Uint8Array;
  readonly count: number;
}

/** Groups of equal rows of a mask, in the order in which they first occur. */
export function groupRows(mask: Uint8Array, rows: number, columns: number): RowGroups {
  const found = new Map<string, number>();
  const groupOf = new Uint32Array(rows);
  const patterns: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    const pattern = mask.subarray(row * columns, (row + 1) * columns);
    const key = String.fromCharCode(...packed(pattern));
    let group = found.get(key);
    if (group === undefined) {
      group = patterns.length;
      found.set(key, group);
      patterns.push(pattern);
    }
    groupOf[row] = group;
  }
  const all = new Uint8Array(patterns.length * columns);
  for (const [group, pattern] of patterns.entries()) all.set(pattern, group * columns);
  return { groupOf, patterns: all, count: patterns.length };
}

function packed(pattern: Uint8Array): Uint16Array {
  const bits = new Uint16Array(Math.ceil(pattern.length / 16));
  for (const [i, present] of pattern.entries()) {
    if (present !== 0) bits[i >> 4] = (bits[i >> 4] as number) | (1 << (i & 15));
  }
  return bits;
}

/** Rows × columns → columns × rows. */
export function transposedMask(mask: Uint8Array, rows: number, columns: number): Uint8Array {
  const turned = new Uint8Array(mask.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = mask[row * columns + column] as number;
  }
  return turned;
}

/**
 * Of each mode, 1 for the rows of which there is an entry; undefined where nothing is missing. A fit has nothing to say
 * about the others.
 */
export function seenRows(
  shape: Shape,
  presence: Presence | undefined,
  missing: Uint32Array | undefined,
): [Uint8Array, Uint8Array, Uint8Array] | undefined {
  if (presence === undefined && missing === undefined) return undefined;
  const [rows, columns, depth] = shape;
  const there = shape.map((size) => new Float64Array(size)) as [Float64Array, Float64Array, Float64Array];
  const add = (counts: Float64Array, at: number, count: number) => {
    counts[at] = (counts[at] as number) + count;
  };
  if (presence === undefined)
    for (const [mode, counts] of there.entries()) counts.fill((rows * columns * depth) / (shape[mode] as number));
  else if (presence.layout === "cells") {
    for (const [cell, present] of presence.mask.entries()) {
      add(there[0], Math.floor(cell / depth), present * columns);
      add(there[2], cell % depth, present * columns);
    }
    there[1].fill(presence.mask.reduce((sum, present) => sum + present, 0));
  } else {
    const { mask, blockOf } = presence;
    for (const [bin, block] of blockOf.entries()) {
      const items = mask.subarray(block * rows, (block + 1) * rows);
      const size = items.reduce((sum, present) => sum + present, 0);
      add(there[2], bin, size * size);
      for (const [i, present] of items.entries()) {
        add(there[0], i, present * size);
        add(there[1], i, present * size);
      }
    }
  }
  for (const entry of missing ?? []) {
    add(there[0], Math.floor(entry / (columns * depth)), -1);
    add(there[1], Math.floor(entry / depth) % columns, -1);
    add(there[2], entry % depth, -1);
  }
  return there.map((counts) => Uint8Array.from(counts, (count) => (count > 0 ? 1 : 0))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
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
