import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type ExitCode } from "../base/errors.js";
import { packageRoot } from "../base/package-root.js";
import { type CommandLine, parseCommandLine } from "./arguments.js";
import { reportError } from "./error-report.js";
import { programHelp, verbHelp } from "./help.js";
import { Output } from "./output.js";
import type { Terminal } from "./terminal.js";
import { CommandOptions } from "./verb.js";

/**
 * Runs one command: reads the command line, loads the verb's module (and nothing else), maps errors.
 * @returns the exit code; nothing is thrown.
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let output = new Output(terminal, { json: argv.includes("--json"), color: !argv.includes("--no-color") });
  try {
    const command = parseCommandLine(helpFirst(argv));
    const { values } = command;
    output = new Output(terminal, {
      json: values.json === true,
      color: values["no-color"] !== true,
      quiet: values.quiet === true,
      verbose: values.verbose === true,
    });
    return await runCommand(command, output);
  } catch (error) {
    return reportError(error, output);
  }
}

async function runCommand({ verb, operands, values }: CommandLine, output: Output): Promise<ExitCode> {
  if (values.version === true) {
    await output.data(`${packageVersion()}\n`);
    return EXIT.ok;
  }
  if (verb === undefined || values.help === true) {
    await output.data(verb === undefined ? programHelp(output.paint) : verbHelp(verb, output.paint));
    return EXIT.ok;
  }
  const module = await verb.load();
  return module.run({ output, operands, options: new CommandOptions(values) });
}

/** `neurotables help run` is `neurotables run --help`. */
function helpFirst(argv: readonly string[]): readonly string[] {
  return argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
