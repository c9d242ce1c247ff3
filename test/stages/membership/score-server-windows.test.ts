import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Tokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import {
  asText,
  checkWindowPlan,
  type PlannedWindow,
  plannedWindows,
  strideOf,
  type WindowPlan,
} from "../../../src/stages/membership/score-server-windows.js";
import { smallTokenizer, unitText } from "./support/served-units.js";

const BOS = 99;

/** What the model reads for a window. */
const fed = ({ request: { ids, begin, end } }: PlannedWindow) => [...ids.subarray(begin, end)];

/** Place in what the model reads → place in the unit that a score is taken for. */
function taken(planned: PlannedWindow): { position: number; token: number; context: number[] }[] {
  const read = fed(planned);
  const list = [];
  for (let position = planned.from; position <= planned.to; position++) {
    const at = position - planned.firstPosition + 1;
    list.push({ position, token: read[at] as number, context: read.slice(0, at) });
  }
  return list;
}

const plans: fc.Arbitrary<WindowPlan> = fc
  .record({
    context: fc.integer({ min: 3, max: 40 }),
    policy: fc.constantFrom("none" as const, "document" as const, "window" as const),
    less: fc.integer({ min: 0, max: 20 }),
    free: fc.boolean(),
  })
  .map(({ context, policy, less, free }) => ({
    context,
    stride: free ? null : Math.max(1, context - 1 - less),
    bos: { policy, id: policy === "none" ? null : BOS },
  }));

describe("plannedWindows", () => {
  it("takes every place but 0 once, rising, where windows overlap", () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 0, max: 300 }), fc.boolean(), (plan, n, begun) => {
        const ids = Int32Array.from({ length: n }, (_, i) => (i === 0 && begun ? BOS : 100 + i));
        const windows = plannedWindows(ids, plan);
        const all = windows.flatMap(taken);
        const lost = strideOf(plan) === plan.context - (plan.bos.policy === "window" ? 1 : 0);
        if (!lost)
          expect(all.map(({ position }) => position)).toEqual(
            Array.from({ length: Math.max(0, n - 1) }, (_, i) => i + 1),
          );
        for (const { position, token, context } of all) {
          expect(token).toBe(ids[position]);
          // A token for the beginning stands before the unit, or is its own first.
          const put = context[0] === BOS && !(begun && context.length === position);
          const own = put ? context.slice(1) : context;
          expect(own).toEqual([...ids.subarray(position - own.length, position)]);
        }
        for (const planned of windows) {
          const { wanted, begin, end } = planned.request;
          expect(end - begin).toBeLessThanOrEqual(plan.context);
          // What sums of distributions are over.
          expect(planned.request.ids[wanted?.first as number]).toBe(ids[planned.from]);
          expect(planned.request.ids[wanted?.last as number]).toBe(ids[planned.to]);
          expect((wanted?.last as number) - (wanted?.first as number)).toBe(planned.to - planned.from);
        }
      }),
    );
  });

  it("is the published cut of a unit that begins with its token", () => {
    const ids = Int32Array.from({ length: 12 }, (_, i) => i);
    const plan = { context: 5, stride: null, bos: { policy: "document" as const, id: BOS } };
    expect(plannedWindows(ids, plan).map((window) => [fed(window), window.from, window.to])).toEqual([
      [[BOS, 0, 1, 2, 3], 1, 3],
      [[3, 4, 5, 6, 7], 4, 7],
      [[7, 8, 9, 10, 11], 8, 11],
    ]);
    const every = { context: 5, stride: null, bos: { policy: "window" as const, id: BOS } };
    expect(plannedWindows(ids, every).map((window) => [fed(window), window.from, window.to])).toEqual([
      [[BOS, 0, 1, 2, 3], 1, 3],
      [[BOS, 3, 4, 5, 6], 4, 6],
      [[BOS, 6, 7, 8, 9], 7, 9],
      [[BOS, 9, 10, 11], 10, 11],
    ]);
  });

  it("takes a place that two windows predict from the first", () => {
    const plan = { context: 6, stride: 3, bos: { policy: "none" as const, id: null } };
    const windows = plannedWindows(
      Int32Array.from({ length: 12 }, (_, i) => i),
      plan,
    );
    expect(windows.map(({ window, from, to }) => [window, from, to])).toEqual([
      [0, 1, 5],
      [1, 6, 8],
      [2, 9, 11],
    ]);
  });

  it("refuses windows that leave tokens out, or predict nothing", () => {
    const bos = { policy: "none" as const, id: null };
    expect(() => checkWindowPlan({ context: 8, stride: 9, bos })).toThrow("leave out");
    expect(() => checkWindowPlan({ context: 2, stride: null, bos: { policy: "window", id: 1 } })).toThrow("leave out");
    expect(checkWindowPlan({ context: 8, stride: 8, bos })).toBeUndefined();
  });
});

describe("asText", () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    ({ tokenizer } = await smallTokenizer());
  });

  it("is text that gives the same tokens, with at most a little more before and after", () => {
    for (const [seed, head] of [0, 1, 2, 3].flatMap((one) => [[one, null] as const, [one, BOS] as const])) {
      const { ids } = tokenizer.encode(unitText(seed, 8));
      const bos = { policy: head === null ? ("none" as const) : ("window" as const), id: head };
      for (const planned of plannedWindows(ids, { context: 11, stride: null, bos })) {
        const text = asText(planned, { docId: "d", ids, tokenizer, head });
        const read = [...(head === null ? [] : [head]), ...tokenizer.encode(text.request.text as string).ids];
        expect(read).toEqual(fed(text));
        expect([text.from, text.to, text.window]).toEqual([planned.from, planned.to, planned.window]);
        for (const { position, token, context } of taken(text)) {
          expect(token).toBe(ids[position]);
          // Nothing of the context is lost.
          expect(context.length).toBeGreaterThanOrEqual(position - planned.begin);
        }
      }
    }
  });

  it("gives up where no text gives the tokens", () => {
    // Two halves of one character, again and again: no text is cut so.
    const ids = Int32Array.from({ length: 60 }, () => tokenizer.encode("é").ids[0] as number);
    const [planned] = plannedWindows(ids, { context: 8, stride: null, bos: { policy: "none", id: null } });
    const half = { ...tokenizer, encode: tokenizer.encode.bind(tokenizer), decode: () => "\ufffd" };
    expect(() => asText(planned as PlannedWindow, { docId: "d", ids, tokenizer: half, head: null })).toThrow(
      /d: tokens 0 to 7 cannot be sent as text/,
    );
  });
});
