import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { positionAt } from "../text/utf8-text.js";

/** Deeper than any data; keeps our own recursive parser far from the end of the stack. */
const MOST_DEPTH = 1000;

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Offset of the quote that ends the string which begins at `open`, or the end of the text. */
function stringEnd(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text.charCodeAt(close - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return close;
  }
  return text.length;
}

/**
 * Bounds a JSON text before anything is built from it: nesting by `limits.depth`, values by `limits.cells`. Says
 * nothing about syntax. Cost: one pass over the text, no memory.
 * @throws {FormatError} `too-deep`, `too-many-cells`.
 */
export function checkJsonBounds(text: string, { file, limits }: { file: string; limits: Limits }): void {
  const deepest = Math.min(limits.depth, MOST_DEPTH);
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = stringEnd(text, i);
    else if (unit === COMMA) values += 1;
    else if (unit === CLOSE_BRACKET || unit === CLOSE_BRACE) depth -= 1;
    else if (unit === OPEN_BRACKET || unit === OPEN_BRACE) {
      depth += 1;
      values += 1;
      if (depth > deepest) {
        const { line, column } = positionAt(text, i);
        throw new FormatError("too-deep", `${file}:${line}:${column}: nested more than ${deepest} deep`, {
          fields: { file, line, column, limit: deepest },
        });
      }
    }
  }
  if (values > limits.cells) {
    throw new FormatError("too-many-cells", `${file}: about ${values} values, at most ${limits.cells} are read`, {
      fields: { file, values, limit: limits.cells },
    });
  }
}
