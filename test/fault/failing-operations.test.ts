import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { NeurotablesError } from "../../src/base/errors.js";
import { Store } from "../../src/store/store.js";
import { type Fault, faultyFiles } from "../support/faulty-files.js";
import {
  adoptText,
  commitUnit,
  entryOf,
  findings,
  promoteUnit,
  recordOf,
  temporaryHome,
} from "../support/store-fixtures.js";

const FAULTS: readonly Fault[] = ["ENOSPC", "EIO", "EACCES", "short-write"];
const MOST_OPERATIONS = 400;

/** One thing done to a store whose files fail, and what must hold after it was done again with files that work. */
interface Operation {
  /** Readies what the operation needs, with files that work. @returns the operation. */
  prepare(store: Store): Promise<(store: Store) => Promise<unknown>>;
  after(store: Store): void;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  adoptPart: {
    async prepare(store) {
      const path = join(await store.temporaryDirectory("fault"), "new");
      writeFileSync(path, "new part");
      // A second try finds the file where it was, or the part in the store.
      return async (used) => existsSync(path) && (await used.adoptPart(path, { rows: 1 }));
    },
    after: () => {},
  },
  commitStep: {
    async prepare(store) {
      const record = recordOf(await adoptText(store, "new"), { content: "new" });
      return (used) => used.commitStep(record);
    },
    after: (store) => expect(store.lastKeys("p", "s", "").length).toBeGreaterThan(0),
  },
  commitGeneration: {
    async prepare(store) {
      const entry = entryOf(await commitUnit(store, { content: "new" }));
      return (used) => used.commitGeneration(() => ({ [entry.table]: entry }), "run");
    },
    after: (store) => expect(store.currentGeneration().run).toBe("run"),
  },
  gc: {
    async prepare(store) {
      for (const content of ["b", "c"]) await promoteUnit(store, { content });
      return (used) => used.gc({ plan: false, keepGenerations: 1 });
    },
    after: (store) => expect(store.generationNumbers()).toEqual([3]),
  },
  journal: {
    async prepare() {
      return async (used) => {
        const journal = await used.journal.start({ pipelines: ["p"] });
        try {
          for (let i = 0; i < 3; i++) journal.append({ kind: "step", i });
        } finally {
          journal.finish({ ok: true });
        }
      };
    },
    after: (store) => expect(store.journal.runs().map((run) => run.status)).toContain("finished"),
  },
  markPublished: {
    async prepare() {
      return (used) => used.markPublished({ generation: 1, target: "somewhere", tables: ["d.t"] });
    },
    after: (store) => expect(store.publishedMarks()).toHaveLength(1),
  },
  lock: {
    async prepare() {
      return async (used) => (await used.stepLock("abc")).release();
    },
    after: (store) => {
      const lock = store.tryLock("step-abc");
      expect(lock).toBeDefined();
      lock?.release();
    },
  },
};

const removals: (() => void)[] = [];
afterEach(() => {
  for (const remove of removals.splice(0)) remove();
});

describe.each(Object.keys(OPERATIONS))("%s, with the n-th file operation failing", (name) => {
  it.each(FAULTS)("by %s: what was committed stays readable, and a second try succeeds", async (fault) => {
    const { prepare, after } = OPERATIONS[name] as Operation;
    let failures = 0;
    for (let n = 1; ; n++) {
      expect(n, "the operation never got through").toBeLessThan(MOST_OPERATIONS);
      const { home, remove } = temporaryHome();
      removals.push(remove);
      const sound = await Store.open({ home });
      await promoteUnit(sound, { content: "a" });
      const operation = await prepare(sound);
      const before = sound.currentGeneration();

      const faulty = faultyFiles();
      const store = await Store.open({ home, files: faulty.files });
      faulty.arm(n, fault);
      const error = await operation(store).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      faulty.disarm();
      const { fired } = faulty;
      if (error !== undefined) {
        failures += 1;
        expect(error, `after ${fired}: ${(error as Error).stack}`).toBeInstanceOf(NeurotablesError);
        expect((error as NeurotablesError).tag).toMatch(/^storage\//);
        expect((error as NeurotablesError).wayOut).toBeTruthy();
      }

      const reopened = await Store.open({ home });
      const now = reopened.currentGeneration();
      if (now.generation === before.generation) expect(now).toEqual(before);
      for (const entry of Object.values(now.snapshots)) expect(reopened.hasParts(entry), `after ${fired}`).toBe(true);
      expect(await findings(reopened), `after ${fired}`).toEqual([]);

      await operation(reopened);
      after(reopened);
      expect(await findings(reopened), `after ${fired} and a second try`).toEqual([]);
      remove();
      if (fired === undefined) break;
    }
    expect(failures).toBeGreaterThan(fault === "short-write" ? -1 : 0);
  });
});
