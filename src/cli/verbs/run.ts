import { type ExitCode, UsageError } from "../../base/errors.js";
import { parameterChanges } from "../parameter-changes.js";
import { progressView } from "../progress.js";
import { absolutePipelines, deviceName, jobCount, openProject, projectPlace, refuseUnusableHome } from "../project.js";
import { runReport } from "../run-report.js";
import { TwoStageStop } from "../two-stage-stop.js";
import type { VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands, options } = context;
  refuseLaterVersions(context);
  const jobs = jobCount(context);
  const device = deviceName(context);
  const names = absolutePipelines(context, operands);
  const set = await parameterChanges(options.texts("set"));
  const place = projectPlace(context, operands);
  await refuseUnusableHome(place);
  const { readPipelines } = await import("../../engine/pipeline-file.js");
  const pipelines = await readPipelines(names, { project: place, set, needs: options.text("only") === undefined });
  const project = await openProject(place);
  const { runPipelines } = await import("../../engine/run.js");
  const { ProcessExecutor } = await import("../../executors/process-executor.js");
  const only = options.text("only");
  const progress = progressView(output);
  const stop = new TwoStageStop(output);
  const executor = new ProcessExecutor();
  try {
    const summary = await runPipelines({
      project,
      pipelines,
      options: {
        set,
        promote: options.flag("promote"),
        download: options.flag("download"),
        jobs,
        ...(device === undefined ? {} : { device }),
        signal: stop.drain.signal,
        ...(only === undefined ? {} : { only }),
      },
      executor: stop.guard(executor),
      onEvent: (event) => progress.event(event),
    });
    progress.stop();
    if (output.json) await output.document(summary);
    else await output.data(runReport({ summary, home: project.home, command: commandOf(context), output }));
    return summary.exitCode as ExitCode;
  } finally {
    progress.stop();
    stop.dispose();
    await executor.close();
  }
}

function refuseLaterVersions({ options }: VerbContext): void {
  if (options.text("executor") === "slurm") {
    throw new UsageError("not-in-this-version", "--executor slurm is not in this version", {
      wayOut: "leave it out: units run in processes of this machine",
    });
  }
}

/** The command to type again. */
function commandOf({ operands, options }: VerbContext): string {
  const quote = (text: string) => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const words = ["neurotables", "run", ...operands.map(quote)];
  for (const name of ["home"]) {
    const value = options.text(name);
    if (value !== undefined) words.push(`--${name}`, quote(value));
  }
  for (const folder of options.texts("sources")) words.push("--sources", quote(folder));
  if (options.flag("download")) words.push("--download");
  return words.join(" ");
}
