import { didYouMean } from "../../base/diagnostics.js";
import { EXIT, type ExitCode, UsageError } from "../../base/errors.js";
import { completionScript } from "../completion.js";
import type { VerbContext } from "../verb.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

export async function run({ output, operands }: VerbContext): Promise<ExitCode> {
  const shell = SHELLS.find((name) => name === operands[0]);
  if (shell === undefined) {
    const near = didYouMean(operands[0] ?? "", SHELLS);
    throw new UsageError("shell", `no completion for "${operands[0]}"${near === undefined ? "" : `; ${near}`}`, {
      wayOut: `the shells are ${SHELLS.join(", ")}`,
    });
  }
  await output.data(completionScript(shell));
  return EXIT.ok;
}
