import { didYouMean } from "../base/diagnostics.js";
import type { Field } from "./contract.js";
import { showValue, ValueFault } from "./contract-fault.js";

/** The rules of one column, compiled once. They apply to the innermost items of lists. */
export class FieldRules {
  readonly nan: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly #texts: ReadonlySet<string> | undefined;
  readonly #numbers: ReadonlySet<number> | undefined;
  readonly #pattern: RegExp | undefined;
  readonly #patternText: string | undefined;

  constructor(field: Field) {
    this.nan = field.nan;
    this.minimum = field.minimum;
    this.maximum = field.maximum;
    const values = field.values;
    if (values !== undefined && typeof values[0] === "string") this.#texts = new Set(values as string[]);
    else if (values !== undefined) this.#numbers = new Set(values as number[]);
    this.#patternText = field.pattern;
    if (field.pattern !== undefined) this.#pattern = new RegExp(`^(?:${field.pattern})$`, "u");
  }

  /** Whether numbers need any look beyond their type. */
  get hasNumberRules(): boolean {
    return this.minimum !== undefined || this.maximum !== undefined || this.#numbers !== undefined;
  }

  /** Whether text needs any look beyond well-formedness. */
  get hasTextRules(): boolean {
    return this.#texts !== undefined || this.#pattern !== undefined;
  }

  /** @throws {ValueFault} */
  checkNumber(value: number | bigint): void {
    if (this.minimum !== undefined && value < this.minimum) {
      throw new ValueFault("minimum", value, `is ${showValue(value)}, below the minimum ${this.minimum}`);
    }
    if (this.maximum !== undefined && value > this.maximum) {
      throw new ValueFault("maximum", value, `is ${showValue(value)}, above the maximum ${this.maximum}`);
    }
    const allowed = this.#numbers;
    if (allowed !== undefined && !(Number.isSafeInteger(Number(value)) && allowed.has(Number(value)))) {
      throw new ValueFault("values", value, `is ${showValue(value)}, but the contract allows only ${list(allowed)}`);
    }
  }

  /** @throws {ValueFault} */
  checkFloat(value: number): void {
    if (Number.isNaN(value)) {
      if (!this.nan) {
        throw new ValueFault(
          "nan",
          value,
          "is NaN, but the contract allows no NaN",
          "Write null for a missing value, or say `nan: true` in the contract.",
        );
      }
      return;
    }
    if (this.hasNumberRules) this.checkNumber(value);
  }

  /** @throws {ValueFault} */
  checkText(value: string): void {
    const allowed = this.#texts;
    if (allowed !== undefined && !allowed.has(value)) {
      throw new ValueFault(
        "values",
        value,
        `is ${showValue(value)}, but the contract allows only ${list(allowed)}`,
        didYouMean(value, allowed),
      );
    }
    if (this.#pattern !== undefined && !this.#pattern.test(value)) {
      throw new ValueFault("pattern", value, `is ${showValue(value)}, which does not match ${this.#patternText}`);
    }
  }
}

function list(values: ReadonlySet<string | number>): string {
  const all = [...values];
  return all.length <= 12 ? all.join(", ") : `${all.slice(0, 12).join(", ")} and ${all.length - 12} more`;
}

/** @throws {ValueFault} always: a null where none may be. */
export function refuseNull(inside: boolean): never {
  throw new ValueFault(
    "nullable",
    null,
    "is null, but the contract allows no null",
    inside
      ? "Write `?` after the type of items or members that may be null."
      : "Say `nullable: true` in the contract if it may be.",
  );
}
