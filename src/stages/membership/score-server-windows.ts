import { NetworkError, UsageError } from "../../base/errors.js";
import type { Tokenizer } from "../../compute/tokenizer/tokenizer.js";
import type { ServerWindow } from "./language-models/server-model.js";
import { windowsOf } from "./windows.js";

export interface WindowPlan {
  /** C: most tokens that the model reads at once, one for the beginning included. */
  readonly context: number;
  /** Tokens from one window to the next; null: every token is predicted once. */
  readonly stride: number | null;
  readonly bos: { readonly policy: "none" | "document" | "window"; readonly id: number | null };
}

/** A window as the model is given it. */
export interface PlannedWindow {
  readonly request: ServerWindow;
  /** Place among the windows of the unit. */
  readonly window: number;
  /** Place in the unit of the first of its tokens that the model reads. */
  readonly begin: number;
  /** Place in the unit of the token that the first score is of. */
  readonly firstPosition: number;
  /** Places in the unit that are taken from it. */
  readonly from: number;
  readonly to: number;
}

/** The stride that is used: with a token for the beginning before every window there is room for one less. */
export function strideOf({ context, stride, bos }: WindowPlan): number {
  return stride ?? Math.max(1, context - (bos.policy === "window" ? 2 : 1));
}

/**
 * Windows of a unit, cut as published: see {@link windowsOf}. With the policy `document` the token for the beginning
 * counts as the first token of the unit (unless that is it already), with `window` it stands before every window and
 * counts as one of its tokens. Places 1 … n − 1 are predicted, place 0 never. Where windows overlap, a place is taken
 * from the first that predicts it, which has read most before it.
 */
export function plannedWindows(ids: Int32Array, plan: WindowPlan): PlannedWindow[] {
  const { context, bos } = plan;
  const begun = ids.length > 0 && ids[0] === bos.id;
  const prepends = bos.policy === "document" && !begun;
  const fed = prepends ? withHead(ids, bos.id as number) : ids;
  const ahead = prepends ? 1 : 0;
  const every = bos.policy === "window";
  const planned: PlannedWindow[] = [];
  let taken = 0;
  for (const [window, { begin, end }] of windowsOf(fed.length, context - (every ? 1 : 0), strideOf(plan)).entries()) {
    const from = Math.max(taken + 1, begin + 1 - ahead);
    const to = end - 1 - ahead;
    if (from > to) continue;
    taken = to;
    if (!every || (begun && begin === 0)) {
      const wanted = { first: from + ahead, last: to + ahead };
      const [place, firstPosition] = [Math.max(0, begin - ahead), begin + 1 - ahead];
      planned.push({ request: { ids: fed, begin, end, wanted }, window, begin: place, firstPosition, from, to });
      continue;
    }
    const own = withHead(ids.subarray(begin, end), bos.id as number);
    const wanted = { first: from - begin + 1, last: to - begin + 1 };
    const request = { ids: own, begin: 0, end: own.length, wanted };
    planned.push({ request, window, begin, firstPosition: begin, from, to });
  }
  return planned;
}

function withHead(ids: Int32Array, head: number): Int32Array {
  const all = new Int32Array(ids.length + 1);
  all[0] = head;
  all.set(ids, 1);
  return all;
}

/** Tokens by which a text may be longer than its window, on either side. */
const MOST_EXTRA = 24;

/**
 * The same window as text, for servers that take nothing else. A text that begins or ends inside a word may be cut into
 * other tokens: it is then made longer, token by token, until it is not. More after the window changes nothing of what is
 * predicted in it; more before it is more context, by as many tokens.
 * @param head tokens that the server puts before every text itself
 * @throws {NetworkError} `network/text-only` when no such text is found.
 */
export function asText(
  planned: PlannedWindow,
  unit: {
    readonly docId: string;
    readonly ids: Int32Array;
    readonly tokenizer: Tokenizer;
    readonly head: number | null;
  },
): PlannedWindow {
  const { ids, tokenizer, head } = unit;
  const { begin, from, to } = planned;
  for (let extra = 0; extra <= 2 * MOST_EXTRA; extra++) {
    for (let after = 0; after <= Math.min(extra, MOST_EXTRA); after++) {
      const before = extra - after;
      const [first, end] = [begin - before, to + 1 + after];
      if (first < 0 || end > ids.length || before > MOST_EXTRA) continue;
      const wanted = ids.subarray(first, end);
      // What begins with the head already is not text that the server would cut so.
      const body = head !== null && wanted[0] === head ? wanted.subarray(1) : wanted;
      const text = tokenizer.decode(body);
      if (!equal(tokenizer.encode(text).ids, body)) continue;
      const fed = head === null || body !== wanted ? wanted : withHead(wanted, head);
      const shift = fed.length - wanted.length - first;
      return {
        ...planned,
        request: { ids: fed, begin: 0, end: fed.length, text, wanted: { first: from + shift, last: to + shift } },
        firstPosition: 1 - shift,
      };
    }
  }
  throw new NetworkError(
    "text-only",
    `${unit.docId}: tokens ${begin} to ${to} cannot be sent as text: whatever is put around it is cut into other tokens`,
    {
      fields: { unit: unit.docId, first: begin, last: to },
      wayOut: "Use a server that takes token numbers (vLLM, SGLang).",
    },
  );
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** @throws {UsageError} for windows in which nothing can be predicted, or parts of the text never are. */
export function checkWindowPlan(plan: WindowPlan): void {
  const room = plan.context - (plan.bos.policy === "window" ? 1 : 0);
  const stride = strideOf(plan);
  if (room >= 2 && stride <= room) return;
  throw new UsageError("windows", `windows of ${room} tokens every ${stride} leave out tokens of the text`, {
    fields: { context: plan.context, stride, bos_policy: plan.bos.policy },
    wayOut:
      "Set stride to context - 1 (context - 2 with a token for the beginning before every window), or leave it out.",
  });
}
