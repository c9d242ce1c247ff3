import type { SampleFile } from "./sample-sources.js";

/** A sample file that is broken in one way, and what must come of it. */
export interface BrokenSource {
  /** What is wrong, as a title: `workbook cut in half`. Unique. */
  readonly name: string;
  /** The sample file that it replaces, by its path below a mirror folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The step of `celegans-connectome` that reads the file. */
  readonly step: string;
  /** Tag of the error that the step must fail with; null when the loader's rules say that a record is dropped. */
  readonly expectedTag: string | null;
  /** Reason of the dropped record, where {@link expectedTag} is null. */
  readonly expectedDrop: string | null;
  /** Sources of regular expressions that the message (or the item and detail of the drop) must match. */
  readonly says: readonly string[];
}

/** One way to break a file, before the file is named. */
export interface Breakage {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `format/truncated`, or `dropped/zero_weight` for a record that the rules leave out. */
  readonly outcome: string;
  readonly says: readonly string[];
}

/** Sample files by the part of their path that tells them apart. */
export class SampleMirror {
  readonly #files: readonly SampleFile[];

  constructor(files: readonly SampleFile[]) {
    this.#files = files;
  }

  /** @throws {RangeError} when not exactly one file has this in its path. */
  file(part: string): SampleFile {
    const [file, ...more] = this.#files.filter(({ path }) => path.includes(part));
    if (file === undefined || more.length > 0) throw new RangeError(`${part} names no one sample file`);
    return file;
  }

  /** Names the file that the breakages replace, and the step that reads it. */
  broken(part: string, step: string, breakages: readonly Breakage[]): BrokenSource[] {
    const { path } = this.file(part);
    return breakages.map(({ name, bytes, outcome, says }) => {
      const dropped = outcome.startsWith("dropped/");
      return {
        name,
        path,
        bytes,
        step,
        expectedTag: dropped ? null : outcome,
        expectedDrop: dropped ? outcome.slice("dropped/".length) : null,
        says,
      };
    });
  }
}
