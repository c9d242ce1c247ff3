/** The last row and column of a worksheet (XFD1048576), counted from 0. */
export const LAST_ROW = 1_048_575;
export const LAST_COLUMN = 16_383;

/** Letters of a column counted from 0: 0 is `A`, 25 `Z`, 26 `AA`, 16383 `XFD`. */
export function columnName(column: number): string {
  let letters = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

/** The A1 address of a cell, row and column counted from 0: (26, 7) is `H27`. */
export function cellAddress(row: number, column: number): string {
  return `${columnName(column)}${row + 1}`;
}

/** Row and column (from 0) of an A1 address; undefined when it is none or lies outside a worksheet. */
export function parseCellAddress(address: string): { row: number; column: number } | undefined {
  let at = 0;
  let column = 0;
  for (let unit = address.charCodeAt(at); unit >= 65 && unit <= 90; unit = address.charCodeAt(++at)) {
    column = column * 26 + unit - 64;
  }
  const digits = at;
  let row = 0;
  for (let unit = address.charCodeAt(at); unit >= 48 && unit <= 57; unit = address.charCodeAt(++at)) {
    row = row * 10 + unit - 48;
  }
  const whole = digits > 0 && at > digits && at === address.length && address[digits] !== "0";
  return whole && column - 1 <= LAST_COLUMN && row - 1 <= LAST_ROW ? { row: row - 1, column: column - 1 } : undefined;
}
