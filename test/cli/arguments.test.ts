import { describe, expect, it } from "vitest";
import type { NeurotablesError } from "../../src/base/errors.js";
import { parseCommandLine } from "../../src/cli/arguments.js";
import { GLOBAL_OPTIONS, VERBS } from "../../src/cli/verbs.js";

function fault(...argv: string[]): NeurotablesError {
  try {
    parseCommandLine(argv);
  } catch (error) {
    return error as NeurotablesError;
  }
  throw new Error("it was accepted");
}

describe("a command line", () => {
  it("has a verb, operands and options anywhere", () => {
    const { verb, operands, values } = parseCommandLine([
      "--jobs",
      "4",
      "run",
      "a",
      "--only=edges",
      "b",
      "--sources",
      "x",
      "--sources",
      "y",
      "-q",
    ]);
    expect(verb?.name).toBe("run");
    expect(operands).toEqual(["a", "b"]);
    expect(values).toEqual({ jobs: "4", only: "edges", sources: ["x", "y"], quiet: true });
  });

  it("keeps what follows -- as operands", () => {
    expect(parseCommandLine(["sql", "--", "--json"]).operands).toEqual(["--json"]);
  });

  it("takes values that begin with a dash when joined by =", () => {
    expect(parseCommandLine(["run", "a", "--set=steps.a.with.n=-1"]).values.set).toEqual(["steps.a.with.n=-1"]);
    expect(parseCommandLine(["sql", "--out=-x", "SELECT 1"]).values.out).toBe("-x");
  });

  it("takes SQL that begins with a comment", () => {
    const sql = "-- how many = 1\nSELECT 1";
    expect(parseCommandLine(["sql", sql, "--json"])).toMatchObject({ operands: [sql], values: { json: true } });
  });

  it("may ask for help without operands", () => {
    expect(parseCommandLine(["run", "--help"]).verb?.name).toBe("run");
    expect(parseCommandLine([]).verb).toBeUndefined();
  });
});

describe("faults", () => {
  it.each([
    [["rnu"], "usage/unknown-verb", 'neurotables has no verb "rnu"; did you mean "run"?'],
    [["publish", "x"], "usage/unknown-verb", 'neurotables has no verb "publish"'],
    [["evaluate"], "usage/operands", "neurotables evaluate needs segmentation"],
    [["plot"], "usage/operands", "neurotables plot needs KIND [NAME]"],
    [["fetch"], "usage/operands", "neurotables fetch needs ARCHIVE [MEMBER…]"],
    [["schedule"], "usage/unknown-verb", 'neurotables has no verb "schedule"'],
    [["explore"], "usage/unknown-verb", 'neurotables has no verb "explore"'],
    [
      ["run", "a", "--onyl", "x"],
      "usage/unknown-option",
      'neurotables run has no option --onyl; did you mean "--only"?',
    ],
    [["plan", "a", "--promote"], "usage/unknown-option", "neurotables plan has no option --promote; it belongs to run"],
    [["run", "a", "-z"], "usage/unknown-option", "neurotables run has no option -z"],
    [["--hom", "x"], "usage/unknown-option", 'neurotables has no option --hom; did you mean "--home"?'],
    [
      ["sql", "--format", "cvs", "SELECT 1"],
      "usage/option-value",
      '--format is one of table, json, csv, arrow, parquet, not "cvs"; did you mean "csv"?',
    ],
    [["sql", "SELECT 1", "--out"], "usage/option-value", "--out needs a value"],
    [["sql", "SELECT 1", "--out", "--json"], "usage/option-value", "--out needs a value"],
    [["status", "--json=yes"], "usage/option-value", "--json takes no value"],
    [["run", "a", "--only", "x", "--only", "y"], "usage/option-value", '--only is given twice, as "x" and as "y"'],
    [["run", "a", "--sources", ""], "usage/option-value", "--sources needs a value, but got an empty text"],
    [["run"], "usage/operands", "neurotables run needs PIPELINE…"],
    [["status", "x"], "usage/operands", 'neurotables status takes no operand, but got "x"'],
    [["sql", "SELECT", "1"], "usage/operands", 'neurotables sql takes [QUERY], and "1" is one too many'],
  ])("%j", (argv, tag, message) => {
    const error = fault(...argv);
    expect(error.tag).toBe(tag);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(message);
  });

  it("say what there is", () => {
    expect(fault("rnu").wayOut).toContain(
      "run, plan, why, status, lineage, logs, check, sql, evaluate, plot, fetch, verify, gc, doctor, init",
    );
  });
});

describe("the table of verbs", () => {
  it("uses an option name or letter with one meaning only", () => {
    const kinds = new Map<string, string>();
    const letters = new Map<string, string>();
    for (const option of [...GLOBAL_OPTIONS, ...VERBS.flatMap((verb) => verb.options)]) {
      expect(kinds.get(option.name) ?? option.kind).toBe(option.kind);
      kinds.set(option.name, option.kind);
      if (option.short === undefined) continue;
      expect(letters.get(option.short) ?? option.name).toBe(option.name);
      letters.set(option.short, option.name);
    }
  });

  it("gives every verb examples and a module that runs", async () => {
    for (const verb of VERBS) {
      expect(verb.examples.length).toBeGreaterThan(0);
      expect(verb.examples.every(([command]) => command.includes(`neurotables ${verb.name}`))).toBe(true);
      expect(typeof (await verb.load()).run).toBe("function");
    }
  });
});
