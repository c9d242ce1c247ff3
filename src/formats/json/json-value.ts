/** A value that ordinary JSON gives. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** The same with objects that keep the order of the document. */
export type OrderedJsonValue = null | boolean | number | string | OrderedJsonValue[] | JsonObject;

/**
 * A JSON object in document order. A plain object would move keys such as "56" before all others and take `__proto__`
 * as something special; this holds them as they stand. A repeated key keeps its first place and takes the last value.
 */
export class JsonObject {
  readonly #members = new Map<string, OrderedJsonValue>();

  get size(): number {
    return this.#members.size;
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  get(key: string): OrderedJsonValue | undefined {
    return this.#members.get(key);
  }

  /** For the parser and for tests; a reader does not change what it read. */
  set(key: string, value: OrderedJsonValue): void {
    this.#members.set(key, value);
  }

  keys(): IterableIterator<string> {
    return this.#members.keys();
  }

  values(): IterableIterator<OrderedJsonValue> {
    return this.#members.values();
  }

  entries(): IterableIterator<[string, OrderedJsonValue]> {
    return this.#members.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, OrderedJsonValue]> {
    return this.#members.entries();
  }

  /** A plain copy without a prototype: order of integer-like keys is lost, nothing else. */
  toJSON(): Record<string, unknown> {
    const plain: Record<string, unknown> = Object.create(null);
    for (const [key, value] of this.#members) plain[key] = value;
    return plain;
  }
}

/** Whether a value is an ordered JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return value instanceof JsonObject;
}
