// npm run bench [-- NAME…] [-- --check] [--short]: measures, and writes the tables into bench/README.md. With --check it
// writes nothing, and exits 1 when a target is missed. With --short the benchmarks that can be are made short, for a first
// look, and nothing is written. NAME is a file of bench/cases without .mjs.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, load } from "./machine.mjs";
import { root, scratchFolder } from "./measure.mjs";
import { markdownTable, replaceSection } from "./report.mjs";

const { values: options, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false }, short: { type: "boolean", default: false } },
  allowPositionals: true,
});
const names = readdirSync(join(root, "bench", "cases"))
  .map((file) => basename(file, ".mjs"))
  .sort();
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}`);
  process.exit(2);
}
const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: ["ignore", 2, 2] });
if (built.status !== 0) process.exit(1);

const readme = join(root, "bench", "README.md");
const scratch = scratchFolder();
const missed = [];
try {
  for (const name of names.filter((each) => positionals.length === 0 || positionals.includes(each))) {
    const benchmark = await import(`./cases/${name}.mjs`);
    console.error(`\n${name}: ${benchmark.title}`);
    const before = load();
    const {
      rows,
      skipped,
      targets = [],
      notes = [],
    } = await benchmark.measure({
      folder: join(scratch, name),
      short: options.short,
      say: (text) => console.error(`  ${text}`),
    });
    const lines = [`Load average ${before} before, ${load()} after.`, ...notes];
    const table = skipped === undefined ? markdownTable(benchmark.columns, rows) : `Skipped: ${skipped}.`;
    console.error(`${table}\n${lines.join("\n")}`);
    for (const { what, limit, found, unit, judged = true } of targets) {
      const verdict = found <= limit ? "reached" : judged ? "MISSED" : "not judged, the machine is busy";
      console.error(`  ${what}: ${found.toFixed(2)} ${unit}, target ${limit} ${unit}: ${verdict}`);
      if (verdict === "MISSED") missed.push(what);
    }
    if (!options.check && !options.short && skipped === undefined) {
      const text = readFileSync(readme, "utf8");
      const part = `${table}\n\n${lines.join(" ")}`;
      writeFileSync(readme, replaceSection(replaceSection(text, "machine", describeMachine()), name, part));
    }
  }
} finally {
  if (existsSync(scratch)) rmSync(scratch, { recursive: true, force: true });
}
if (options.check && missed.length > 0) {
  console.error(`\nmissed: ${missed.join(", ")}`);
  process.exitCode = 1;
}
