import type { RandomNumbers } from "../statistics/random-numbers.js";

/** Puts the numbers in random order, each order as likely (Fisher and Yates), in place. */
export function shuffle(order: Int32Array, random: RandomNumbers): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
}
