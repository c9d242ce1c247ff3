import { NeurotablesError } from "../../base/errors.js";
import type { Drop, LoadContext, SourceFile } from "../loader.js";
import { checkRecording } from "./check-recording.js";
import type { SourceRecording } from "./source-recording.js";
import { writeRecording } from "./write-recording.js";

/** One worm of a file with several, ready to be written, with what its fields hold and what of it is left out. */
export interface BuiltWorm {
  readonly recording: SourceRecording;
  readonly read: number;
  readonly drops: readonly Drop[];
}

/**
 * Builds and writes one worm of a file with several. One that cannot be loaded fails by itself and counts as one record;
 * the others go on.
 */
export function loadBuiltWorm(
  context: LoadContext<unknown>,
  { file, wormUid }: { readonly file: SourceFile; readonly wormUid: string },
  build: () => BuiltWorm,
): void {
  let built: BuiltWorm;
  try {
    built = build();
    checkRecording(built.recording);
  } catch (error) {
    if (!(error instanceof NeurotablesError)) throw error;
    context.countRead(file, 1);
    context.fail({ file, recording: wormUid, error });
    return;
  }
  writeRecording(context, built.recording);
  context.countRead(file, built.read);
  for (const drop of built.drops) context.drop(drop);
}
