import { isQuiet } from "../machine.mjs";
import { cli, needed, timeCommand } from "../measure.mjs";
import { seconds } from "../report.mjs";

export const title = "how long the command line takes to start";
export const columns = ["command", "best of 20", "median", "processor"];

export async function measure() {
  const judged = isQuiet();
  const time = (args) => timeCommand(process.execPath, args, { times: 20 });
  const bare = time(["--eval", "0"]);
  const help = time([cli, "--help"]);
  const verb = time([cli, "run", "--help"]);
  const version = time([cli, "--version"]);
  const row = (name, { best, middle, cpu }) => [name, seconds(best), seconds(middle), seconds(cpu)];
  return {
    rows: [
      row("`node --eval 0`, for comparison", bare),
      row("`neurotables --help`", help),
      row("`neurotables run --help`", verb),
      row("`neurotables --version`", version),
    ],
    notes: ["All run one thread: on a quiet machine, wall and processor time are the same."],
    targets: [
      { what: "help", limit: 0.1, found: needed(help), unit: "s", judged },
      { what: "start", limit: 0.15, found: needed(version), unit: "s", judged },
    ],
  };
}
