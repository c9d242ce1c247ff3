import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderNeurons, type Pairs, pairMatrix } from "../../../src/plots/components/pair-matrix.js";

const NEURONS = ["AVAL", "AVAR", "RIML", "VB2", "VB11"];
const everywhere = () => true;

const together = (...pairs: readonly (readonly [number, number, number])[]): Pairs => ({
  direction: "together",
  first: pairs.map(([first]) => first),
  second: pairs.map(([, second]) => second),
  values: pairs.map(([, , value]) => value),
});

describe("order of neurons", () => {
  const strengths = Float64Array.of(1, 5, 3, 2, 2);

  it("is by strength, then by name, where there are no communities", () => {
    const { places, groups } = orderNeurons({ neurons: NEURONS, strengths, communities: [], most: 10 });
    expect(places.map((place) => NEURONS[place])).toEqual(["AVAR", "RIML", "VB2", "VB11", "AVAL"]);
    expect(groups).toEqual([]);
  });

  it("keeps communities together in their order, and neurons of none last", () => {
    const communities = [
      { community: 0, neurons: ["VB2", "AVAL"] },
      { community: 1, neurons: ["AVAR", "not there"] },
    ];
    const { places, groups } = orderNeurons({ neurons: NEURONS, strengths, communities, most: 10 });
    expect(places.map((place) => NEURONS[place])).toEqual(["VB2", "AVAL", "AVAR", "RIML", "VB11"]);
    expect(groups).toEqual([
      { community: 0, start: 0, length: 2 },
      { community: 1, start: 2, length: 1 },
      { community: null, start: 3, length: 2 },
    ]);
  });

  it("leaves out the weakest where there are too many", () => {
    const communities = [{ community: 0, neurons: ["AVAL", "RIML"] }];
    const { places, groups } = orderNeurons({ neurons: NEURONS, strengths, communities, most: 2 });
    expect(places.map((place) => NEURONS[place])).toEqual(["RIML", "AVAR"]);
    expect(groups.map(({ length }) => length)).toEqual([1, 1]);
  });

  it("does not depend on the order of the run", () => {
    const permuted = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(
        permuted,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
        (order, given) => {
          const communities = [{ community: 0, neurons: ["RIML", "VB11"] }];
          const named = (places: readonly number[], names: readonly string[]) => places.map((place) => names[place]);
          const turned = order.map((place) => NEURONS[place] as string);
          const one = orderNeurons({ neurons: NEURONS, strengths: Float64Array.from(given), communities, most: 4 });
          const other = orderNeurons({
            neurons: turned,
            strengths: Float64Array.from(order, (place) => given[place] as number),
            communities,
            most: 4,
          });
          expect(named(other.places, turned)).toEqual(named(one.places, NEURONS));
        },
      ),
    );
  });
});

describe("the matrix of pairs", () => {
  const ordered = { places: [2, 0, 1], groups: [] };

  it("is symmetric, in the order given, zero where no pair is listed", () => {
    const matrix = pairMatrix({
      neurons: NEURONS,
      ordered,
      pairs: [together([0, 2, 0.5], [3, 4, 9])],
      seen: everywhere,
    });
    expect(matrix.neurons).toEqual(["RIML", "AVAL", "AVAR"]);
    expect([...matrix.together]).toEqual([0, 0.5, 0, 0.5, 0, 0, 0, 0, 0]);
    expect(matrix).toMatchObject({ hidden: 2, largest: 0.5, opposite: undefined });
  });

  it("has no value where no animal has both neurons", () => {
    const seen = (first: number, second: number) => first !== 1 && second !== 1;
    const matrix = pairMatrix({ neurons: NEURONS, ordered, pairs: [together([0, 2, 0.5], [0, 1, 9])], seen });
    expect([...matrix.together]).toEqual([0, 0.5, Number.NaN, 0.5, 0, Number.NaN, Number.NaN, Number.NaN, 0]);
    expect(matrix.largest).toBe(0.5);
  });

  it("keeps neurons that go opposite ways apart", () => {
    const opposite: Pairs = { direction: "opposite", first: [0], second: [1], values: [0.7] };
    const matrix = pairMatrix({
      neurons: NEURONS,
      ordered,
      pairs: [opposite, together([0, 1, 0.2])],
      seen: everywhere,
    });
    expect(matrix.together[1 * 3 + 2]).toBe(0.2);
    expect(matrix.opposite?.[2 * 3 + 1]).toBe(0.7);
    expect(matrix.largest).toBe(0.7);
  });
});
