/** Something held until released. Skeleton. */
export interface Lock {
  readonly name: string;
  /** Safe to call twice. */
  release(): void;
}
