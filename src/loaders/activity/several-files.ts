import type { LoadContext, SourceFile } from "../loader.js";
import type { SourceRecording } from "./source-recording.js";
import { writeRecording } from "./write-recording.js";

/**
 * Writes a recording whose records come from several files: what `others` states is counted as carried from those files,
 * the rest from the recording's own.
 * @throws what {@link writeRecording} throws.
 */
export function writeFromFiles(
  context: LoadContext<unknown>,
  recording: SourceRecording,
  others: ReadonlyMap<SourceFile, number>,
): void {
  const countCarried = (file: SourceFile, records: number): void => {
    let own = records;
    for (const [other, count] of others) {
      if (other.path === file.path) continue;
      context.countCarried(other, count);
      own -= count;
    }
    context.countCarried(file, own);
  };
  writeRecording({ ...context, countCarried }, recording);
}
