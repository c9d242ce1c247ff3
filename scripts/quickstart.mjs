// npm run quickstart: from a fresh clone to tables and answers, with nothing but Node and npm.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { install, root, step } from "./install.mjs";

const started = Date.now();
const say = (text) => console.error(`\n${text}`);

say("1/5  Installing the locked dependencies (only what is missing)");
install();

say("2/5  Building");
step("Building", process.execPath, ["scripts/build.mjs"]);

const cli = join(root, "dist", "cli", "main.js");
const project = join(root, "quickstart");
const neurotables = (...args) => step(`neurotables ${args[0]}`, process.execPath, [cli, ...args], { cwd: project });

say("3/5  Writing synthetic raw files and five pipelines to quickstart/, and running them");
if (!existsSync(join(project, "pipelines", "dynamic-connectome.yaml"))) {
  rmSync(project, { recursive: true, force: true });
  step("neurotables init", process.execPath, [cli, "init", project]);
}
const pipelines = ["quickstart", "celegans-activity", "fisbe", "membership-randomised", "dynamic-connectome"];
neurotables("run", ...pipelines.map((name) => `pipelines/${name}.yaml`));

say(
  "4/5  Asking: which neurons get input from most partners, what is recorded, how good are the segmentations, did the model read the books, which neurons act together?",
);
const questions = [
  `select n.label, n.class, count(distinct e.pre) as partners, sum(e.weight) as synapses
   from celegans_connectome.edge e join celegans_connectome.neuron n on n.label = e.post
   where e.annotation_id = 'witvliet2020_7' and e.kind = 'chemical'
   group by all order by partners desc, n.label limit 5`,
  `select dataset, count(*) as recordings, sum(n_roi)::int as rois, sum(n_labelled)::int as labelled,
     round(median(median_dt_s), 3) as dt_s
   from celegans_activity.recording group by dataset order by dataset`,
  `select method, subject, round(value, 3) as S from segmentation.metric
   where profile = 'flylight' and metric = 'general.avg_f1_cov_score' and scope <> 'image' order by method, subject`,
  `select attack, round(auc, 3) as auc, round(ci_lo, 3) as lo, round(ci_hi, 3) as hi, round(gate_auc, 3) as blind_auc,
     gate_status, claim
   from membership.metric where part = 'pooled' order by metric.auc desc limit 5`,
  `select component, round(c.share, 2) as share, c.reproducible, count(*) as neurons,
     string_agg(neuron_id, ' ' order by strength desc) as together
   from dynamic_connectome.community join dynamic_connectome.component c using (run_id, component)
   where run_id = 'common' and level = 0 and community = 0 group by all order by component`,
];
for (const question of questions) neurotables("sql", question.replace(/\s+/g, " ").trim());

say("5/5  Drawing a recording, a volume with its segmentations, the attack beside its gate, and what acts together");
neurotables("plot", "activity", "Flavell2023/2023-01-01-01", "--out", "activity.png");
const [volume] = readdirSync(join(project, "sources", "fisbe", "fisbe_synthetic", "completely", "test"));
neurotables("plot", "volume", volume.replace(".zarr", ""), "--out", "volume.png");

neurotables("plot", "membership", "--out", "membership.png");
neurotables("plot", "components", "--out", "components.png");

const seconds = Math.round((Date.now() - started) / 1000);
const where = relative(process.cwd(), project) || ".";
console.error(`
Done in ${seconds} s. What to look at next (in ${where}/):
  activity.png, volume.png, membership.png,       the recording, the volume, the attack, and which neurons
    components.png                                act together, when, in which animals: look at them
  npx neurotables plot connectome --out c.png     the wiring as a matrix
  npx neurotables status                          the tables that now exist
  npx neurotables run pipelines/quickstart.yaml   again: every step is cached
  npx neurotables why consensus                   what a table's key is made of
  npx neurotables sql                             an interactive prompt over all tables
  npx neurotables lineage trace                   from a table back to the raw files
Score a segmentation of your own:
  npx neurotables evaluate segmentation --truth FILE --prediction FILE --report report.html
Then, with your own raw files:
  npx neurotables run celegans-connectome celegans-activity --sources FOLDER
`);
