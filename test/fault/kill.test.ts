import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import { build } from "../executors/built.js";
import { command, document, startCommand, summaryOf } from "../support/cli.js";
import { endurance, report } from "../support/endurance.js";
import { noProcessTable, seededNumbers, survivingWorkers } from "../support/kill.js";
import { smallProject } from "../support/sample-mirror.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const ROUNDS = endurance.rounds(6);
/** With more mirrors than generations that `gc` keeps, a mirror that comes round again has work to do. */
const MIRRORS = endurance.long ? 6 : 2;
const LONGEST_GC_MILLISECONDS = 400;
const COUNT = "select count(*)::int as n from celegans_connectome.edge";

/** What a home holds; anything else is litter. */
const KNOWN =
  /^(neurotables\.json|stat-cache\.json|parts|steps|steps-history|manifests|runs|published|locks|tmp|logs|\.gitignore|\.cache)$/;

/** What an undisturbed run makes of a mirror. */
interface Reference {
  readonly hashes: Readonly<Record<string, string>>;
  readonly edges: number;
}

const project = smallProject(temporaryDirectory());
const references = new Map<number, Reference>();
const random = seededNumbers(endurance.seed);
let coldRunMilliseconds = 0;

const runWords = (mirror: string, home: string) => [
  "run",
  project.pipeline,
  "--sources",
  mirror,
  "--home",
  home,
  "--json",
];

async function hashesIn(home: string): Promise<Record<string, string>> {
  const { snapshots } = (await Store.open({ home })).currentGeneration();
  return Object.fromEntries(Object.entries(snapshots).map(([table, { tableHash }]) => [table, tableHash]));
}

async function reference(seed: number): Promise<Reference> {
  const known = references.get(seed);
  if (known !== undefined) return known;
  const home = project.newHome();
  const mirror = await project.mirror(seed);
  const began = performance.now();
  const outcome = await command(runWords(mirror, home));
  coldRunMilliseconds = performance.now() - began;
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
  const edges = summaryOf(outcome).steps.find(({ step }) => step === "edge")?.rows ?? 0;
  const made = { hashes: await hashesIn(home), edges };
  references.set(seed, made);
  return made;
}

/** A home that was never finished may not be there yet; apart from that, all must be well. */
async function expectSound(home: string): Promise<void> {
  const outcome = await command(["verify", "--home", home, "--json"]);
  if (!existsSync(home)) expect(document(outcome)).toMatchObject({ error: { tag: "usage/no-tables" } });
  else if (outcome.code !== 2) expect(document(outcome)).toMatchObject({ ok: true, findings: [] });
  else expect(document(outcome)).toMatchObject({ error: { tag: "usage/no-tables" } });
}

/** The number of edges that a query sees; undefined when it says that there are no tables yet. */
async function edgesIn(home: string): Promise<number | undefined> {
  const outcome = await command(["sql", COUNT, "--home", home, "--json"]);
  if (outcome.code === 0) return (document(outcome) as { n: number }[])[0]?.n;
  expect(document(outcome)).toMatchObject({ error: { tag: "usage/no-tables" } });
  return undefined;
}

interface Figures {
  killed: number;
  finishedFirst: number;
  unitsKept: number;
  unitsRan: number;
  gcsKilled: number;
}

const figures: Figures = { killed: 0, finishedFirst: 0, unitsKept: 0, unitsRan: 0, gcsKilled: 0 };

/** A run that is killed, what must hold then, and the run that completes it. */
async function round(options: { home: string; seed: number; before: Reference | undefined }): Promise<void> {
  const { home, seed, before } = options;
  const after = await reference(seed);
  const words = runWords(await project.mirror(seed), home);
  const delay = random() * coldRunMilliseconds;
  const began = performance.now();
  const run = startCommand(words);
  await Promise.race([sleep(delay), run.outcome]);
  const elapsed = performance.now() - began;
  run.kill("SIGKILL");
  const { signal } = await run.outcome;
  if (signal === "SIGKILL") figures.killed += 1;
  else {
    figures.finishedFirst += 1;
    // The machine is less busy than it was: kill earlier.
    if (before === undefined) coldRunMilliseconds = Math.min(coldRunMilliseconds, elapsed);
  }
  expect(await survivingWorkers(run.pid)).toEqual([]);

  await expectSound(home);
  expect([before?.edges, after.edges]).toContain(await edgesIn(home));

  const next = await command(words);
  expect(next.code, next.stdout + next.stderr).toBe(0);
  for (const { partitions } of summaryOf(next).steps) {
    figures.unitsKept += partitions.cached;
    figures.unitsRan += partitions.ran;
  }
  expect(await hashesIn(home)).toEqual(after.hashes);
  const store = await Store.open({ home });
  expect(readdirSync(store.paths.temporary)).toEqual([]);
  expect(readdirSync(store.paths.locks)).toEqual([]);
  expect(readdirSync(home).filter((name) => !KNOWN.test(name))).toEqual([]);
  expect(readdirSync(join(home, ".cache"))).toEqual(["parsed.json"]);
  expect(store.journal.runs().filter(({ status }) => status === "running")).toEqual([]);
}

async function killGc(home: string): Promise<void> {
  const gc = startCommand(["gc", "--home", home, "--json"]);
  await Promise.race([sleep(random() * LONGEST_GC_MILLISECONDS), gc.outcome]);
  gc.kill("SIGKILL");
  if ((await gc.outcome).signal === "SIGKILL") figures.gcsKilled += 1;
  await expectSound(home);
  const outcome = await command(["gc", "--home", home, "--json"]);
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
}

describe.skipIf(noProcessTable !== undefined)(
  `a run that is killed at a random moment (seed ${endurance.seed})`,
  () => {
    const lasting = project.newHome();
    let current: Reference | undefined;
    beforeAll(build);

    it.each(Array.from({ length: ROUNDS }, (_, i) => i))(
      "leaves the old tables, no process and nothing to repair: round %i",
      async (index) => {
        if (index % 2 === 0) return await round({ home: project.newHome(), seed: 1, before: undefined });
        const seed = 1 + (((index - 1) / 2) % MIRRORS);
        await round({ home: lasting, seed, before: current });
        current = await reference(seed);
        await killGc(lasting);
        expect(await edgesIn(lasting)).toBe(current.edges);
      },
      300_000,
    );

    it("was disturbed, and lost nothing", () => {
      expect(figures.killed).toBeGreaterThan(0);
      report({
        rounds: ROUNDS,
        "runs killed": figures.killed,
        "finished before the kill": figures.finishedFirst,
        "units done that the next run found": figures.unitsKept,
        "units that it ran": figures.unitsRan,
        "collections of garbage killed": figures.gcsKilled,
      });
    });
  },
);
