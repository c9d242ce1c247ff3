import { EXIT, type ExitCode } from "../../base/errors.js";
import { openExistingProject, projectPlace } from "../project.js";
import { byteText, pluralText } from "../quantities.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, options } = context;
  const project = await openExistingProject(projectPlace(context));
  const report = await project.store.gc({ plan: options.flag("plan") });
  if (output.json) {
    await output.document(report);
    return EXIT.ok;
  }
  const verb = report.plan ? "would remove" : "removed";
  const what = [
    pluralText(report.parts.removed, "part"),
    pluralText(report.steps.removed, "step record"),
    pluralText(report.generations.removed.length, "generation"),
    pluralText(report.temporary.removed, "abandoned temporary folder"),
    ...(report.checkpoints.removed === 0 ? [] : [pluralText(report.checkpoints.removed, "old checkpoint")]),
  ];
  await output.data(
    `${verb} ${what.join(", ")}: ${byteText(report.bytesRemoved)}; ${byteText(report.bytesKept)} kept\n`,
  );
  return EXIT.ok;
}
