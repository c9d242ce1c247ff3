import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { builtPackage } from "./support/built-package.js";
import { type FakeTerminal, fakeTerminal } from "./support/fake-terminal.js";
import { smallHome } from "./support/small-home.js";

let home: Awaited<ReturnType<typeof smallHome>>;

beforeAll(async () => {
  builtPackage();
  home = await smallHome();
});

afterAll(() => home.remove());

async function sql(argv: readonly string[], options: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal: FakeTerminal = fakeTerminal({ cwd: home.folder, ...options });
  const code = await runCommandLine(["sql", ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err(), bytes: terminal.bytes() };
}

describe("sql", () => {
  it("prints an aligned table, and nothing else on stdout", async () => {
    const { code, out, err } = await sql([
      "SELECT pre, weight, NULL::VARCHAR AS nothing FROM edge ORDER BY weight LIMIT 2",
    ]);
    expect(out).toBe("pre  weight  nothing\n───  ──────  ───────\nN0        0  NULL\nN1        1  NULL\n");
    expect(err).toBe("");
    expect(code).toBe(0);
  });

  it("cuts lines to a terminal, and says so on stderr", async () => {
    const { out, err } = await sql(["SELECT * FROM edge"], { terminal: true, columns: 40, env: { NO_COLOR: "1" } });
    expect(out.split("\n").every((line) => line.length <= 40)).toBe(true);
    expect(err).toContain("cut to the width of the terminal: note (--format csv or json gives everything)");
  });

  it("prints plans as they are", async () => {
    expect((await sql(["EXPLAIN SELECT 1"])).out).toContain("┌─────");
  });

  it("reads the query from stdin where that is no terminal", async () => {
    expect((await sql(["--json"], { stdin: "-- a question\nSELECT count(*) AS n FROM worm.edge;\n" })).out).toBe(
      '[\n{"n":5}\n]\n',
    );
    const empty = await sql([], { stdin: "\n" });
    expect(empty.code).toBe(2);
    expect(empty.err).toContain("the query is empty");
  });

  it("writes csv, json and arrow to stdout", async () => {
    expect((await sql(["FROM worm.empty", "-f", "csv"])).out).toBe("a\n");
    expect((await sql(["SELECT 1 AS a", "-f", "json"])).out).toBe('[\n{"a":1}\n]\n');
    expect(
      tableFromIPC((await sql(["SELECT 1 AS a", "-f", "arrow"])).bytes)
        .toArray()[0]
        ?.toJSON(),
    ).toEqual({ a: 1 });
    expect((await sql(["SELECT 1 AS a", "-f", "parquet"])).bytes.subarray(0, 4).toString()).toBe("PAR1");
  });

  it("writes files whole or not at all, in the format of their name", async () => {
    const folder = join(home.folder, "out");
    mkdirSync(folder);
    const { code, out, err } = await sql(["FROM edge", "--out", "out/edge.csv"]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toBe(`5 rows → ${join(folder, "edge.csv")}\n`);
    expect(readFileSync(join(folder, "edge.csv"), "utf8").split("\n")).toHaveLength(7);
    await sql(["FROM edge", "--out", "out/edge.parquet"]);
    await sql(["FROM edge", "--out", "out/edge.txt"]);
    expect(readFileSync(join(folder, "edge.txt"), "utf8")).toContain("───");
    writeFileSync(join(folder, "kept.csv"), "precious");
    const broken = await sql(["SELECT CAST(pre AS INTEGER) FROM edge", "--out", "out/kept.csv"]);
    expect(broken.code).toBe(2);
    expect(readFileSync(join(folder, "kept.csv"), "utf8")).toBe("precious");
    expect(readdirSync(folder).sort()).toEqual(["edge.csv", "edge.parquet", "edge.txt", "kept.csv"]);
    const nowhere = await sql(["FROM edge", "--out", "nowhere/x.csv"]);
    expect(nowhere.code).toBe(7);
    expect(nowhere.err).toContain("cannot write");
  });

  it("refuses binary results on a terminal, and contradictions", async () => {
    expect((await sql(["SELECT 1", "-f", "arrow"], { terminal: true })).code).toBe(2);
    expect((await sql(["SELECT 1", "-f", "csv", "--json"])).code).toBe(2);
    expect((await sql(["SELECT 1", "--timeout", "soon"])).code).toBe(2);
    expect((await sql(["SELECT 1", "--memory", "lots"])).code).toBe(2);
  });

  it("shows the place of an error", async () => {
    const { code, err, out } = await sql(["SELECT wight\nFROM edge"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("1 | SELECT wight\n    |        ^");
    expect(err).toContain("weight");
    const json = await sql(["DROP VIEW edge", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ error: { tag: "usage/not-a-query", exitCode: 2 } });
    expect(json.err).toBe("");
  });

  it("makes cells harmless", async () => {
    expect((await sql(["SELECT chr(27) || '[2J' AS x"])).out).toContain("\\u001b[2J");
  });

  it("is ended by Ctrl-C", async () => {
    const terminal = fakeTerminal({ cwd: home.folder });
    const done = runCommandLine(["sql", "SELECT count(*) FROM range(1000000000000)"], terminal);
    const timer = setInterval(() => terminal.interrupt(), 50);
    expect(await done).toBe(130);
    clearInterval(timer);
    expect(terminal.out()).toBe("");
  });

  it("leaves no process folders behind", () => {
    const left = readdirSync(join(home.home, "tmp"), { recursive: true }) as string[];
    expect(left.filter((name) => name.includes("result.parquet"))).toEqual([]);
    expect(left.filter((name) => /sql-\d+-/.test(name))).toEqual([]);
  });
});

describe("the prompt", () => {
  async function converse(lines: readonly string[], end: "close" | "quit" = "quit") {
    const terminal = fakeTerminal({ cwd: home.folder, terminal: true, columns: 100, env: { NO_COLOR: "1" } });
    const done = runCommandLine(["sql"], { ...terminal, stdoutIsTerminal: false });
    for (const line of lines) terminal.stdin.write(`${line}\n`);
    if (end === "quit") terminal.stdin.write(".quit\n");
    else terminal.stdin.end();
    expect(await done).toBe(0);
    return { out: terminal.out(), err: terminal.err() };
  }

  it("answers queries over several lines, goes on after errors, and leaves at the end of input", async () => {
    const { out, err } = await converse(
      [
        "SELECT pre",
        "FROM edge -- not the end;",
        "WHERE weight = 3;",
        "SELECT oops;",
        "SELECT 'a;b' AS s; SELECT 2 AS two;",
      ],
      "close",
    );
    expect(out).toContain("pre\n───\nN3\n");
    expect(out).toContain("...> ");
    expect(err).toContain("(1 row, ");
    expect(err).toContain("error: Referenced column");
    expect(out).toContain("s\n───\na;b\n");
    expect(out).toContain("two\n───\n  2\n");
  });

  it("has commands", async () => {
    const { out, err } = await converse([
      ".help",
      ".tables",
      ".tables edg",
      ".schema edge",
      ".schema edgee",
      ".mode json",
      "SELECT 1 AS a;",
      ".mode xml",
      ".tabels",
    ]);
    expect(out).toContain("A query ends with ;");
    expect(out).toContain("worm.edge");
    expect(out).toContain("weight       DOUBLE");
    expect(out).toContain('{"a":1}');
    expect(err).toContain('there is no table edgee; did you mean "edge"?');
    expect(err).toContain("the modes are table, json, csv");
    expect(err).toContain('there is no command .tabels; did you mean ".tables"?');
  });

  it("cancels a running query with Ctrl-C and stays", async () => {
    const terminal = fakeTerminal({ cwd: home.folder, terminal: true });
    const done = runCommandLine(["sql"], { ...terminal, stdoutIsTerminal: false });
    terminal.stdin.write("SELECT count(*) FROM range(1000000000000);\n");
    while (!terminal.err().includes("cancelled")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (terminal.out().includes(">")) terminal.interrupt();
    }
    terminal.stdin.write("SELECT 41 + 1 AS answer;\n.quit\n");
    expect(await done).toBe(0);
    expect(terminal.out()).toContain("42");
  });

  it("writes no history where there is no terminal, and keeps the home as it was", () => {
    expect(existsSync(join(home.home, "sql-history"))).toBe(false);
  });
});

describe("other verbs over the same home", () => {
  it("status lists tables whose pipeline is gone", async () => {
    const terminal = fakeTerminal({ cwd: home.folder });
    expect(await runCommandLine(["status", "--json"], terminal)).toBe(0);
    const { tables } = JSON.parse(terminal.out()) as {
      tables: { table: string; rows: number; upToDate: boolean | null }[];
    };
    expect(tables.map(({ table, rows, upToDate }) => [table, rows, upToDate])).toEqual([
      ["worm.edge", 5, null],
      ["worm.empty", 0, null],
    ]);
  });

  it("verify finds a flipped bit: exit 7, and the finding", async () => {
    const whole = fakeTerminal({ cwd: home.folder });
    expect(await runCommandLine(["verify", "edge", "--json"], whole)).toBe(0);
    const other = await smallHome();
    const parts = (readdirSync(join(other.home, "parts"), { recursive: true }) as string[]).filter((name) =>
      name.endsWith(".parquet"),
    );
    const path = join(other.home, "parts", parts[0] as string);
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] as number) ^ 1;
    const { chmodSync } = await import("node:fs");
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    const terminal = fakeTerminal({ cwd: other.folder });
    expect(await runCommandLine(["verify", "--json"], terminal)).toBe(7);
    expect(JSON.parse(terminal.out())).toMatchObject({ ok: false, findings: [{ problem: "part-damaged" }] });
    other.remove();
  });

  it("gc --plan removes nothing", async () => {
    const terminal = fakeTerminal({ cwd: home.folder });
    expect(await runCommandLine(["gc", "--plan", "--json"], terminal)).toBe(0);
    expect(JSON.parse(terminal.out())).toMatchObject({ plan: true, parts: { kept: 2, removed: 0 } });
  });

  it("lineage and logs say what is not there", async () => {
    const terminal = fakeTerminal({ cwd: home.folder });
    expect(await runCommandLine(["lineage", "edgee"], terminal)).toBe(2);
    expect(terminal.err()).toContain("edge");
    const logs = fakeTerminal({ cwd: home.folder });
    expect(await runCommandLine(["logs"], logs)).toBe(0);
    expect(logs.out()).toBe("no runs yet\n");
  });
});
