/** A list of 32-bit integers that grows. */
export class GrowingInt32 {
  values: Int32Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 1 << 10) {
    this.values = new Int32Array(Math.max(capacity, 16));
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  /** Makes room for `more` values beyond {@link length}. */
  reserve(more: number): void {
    if (this.length + more <= this.values.length) return;
    const grown = new Int32Array(Math.max(this.length + more, this.values.length * 2));
    grown.set(this.values.subarray(0, this.length));
    this.values = grown;
  }

  /** The values, copied. */
  toArray(): Int32Array<ArrayBuffer> {
    return this.values.slice(0, this.length);
  }
}
