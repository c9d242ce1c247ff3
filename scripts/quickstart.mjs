// npm run quickstart: from a fresh clone to tables and answers, with nothing but Node and npm.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { install, root, step } from "./install.mjs";

const started = Date.now();
const say = (text) => console.error(`\n${text}`);

say("1/4  Installing the locked dependencies (only what is missing)");
install();

say("2/4  Building");
step("Building", process.execPath, ["scripts/build.mjs"]);

const cli = join(root, "dist", "cli", "main.js");
const project = join(root, "quickstart");
const neurotables = (...args) => step(`neurotables ${args[0]}`, process.execPath, [cli, ...args], { cwd: project });

say("3/4  Writing synthetic raw files and a pipeline to quickstart/, and running it");
if (!existsSync(join(project, "pipelines"))) {
  step("neurotables init", process.execPath, [cli, "init", project]);
}
neurotables("run", "pipelines/quickstart.yaml");

say("4/4  Asking: which neurons get input from most partners, and how much?");
const question = `
  select n.label, n.class, count(distinct e.pre) as partners, sum(e.weight) as synapses
  from celegans_connectome.edge e join celegans_connectome.neuron n on n.label = e.post
  where e.annotation_id = 'witvliet2020_7' and e.kind = 'chemical'
  group by all order by partners desc, n.label limit 5`;
neurotables("sql", question.replace(/\s+/g, " ").trim());

const seconds = Math.round((Date.now() - started) / 1000);
const where = relative(process.cwd(), project) || ".";
console.error(`
Done in ${seconds} s. What to look at next (in ${where}/):
  npx neurotables status                          the tables that now exist
  npx neurotables run pipelines/quickstart.yaml   again: every step is cached
  npx neurotables why consensus                   what a table's key is made of
  npx neurotables sql                             an interactive prompt over all tables
  npx neurotables lineage consensus               from a table back to the raw files
Then, with your own raw files:
  npx neurotables run celegans-connectome --sources FOLDER
`);
