import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { completionScript } from "../../src/cli/completion.js";
import { VERBS } from "../../src/cli/verbs.js";
import { fakeTerminal } from "./support/fake-terminal.js";

async function print(...argv: string[]): Promise<string> {
  const terminal = fakeTerminal();
  expect(await runCommandLine(argv, terminal)).toBe(0);
  expect(terminal.err()).toBe("");
  return terminal.out();
}

describe("help", () => {
  it("of the program", async () => {
    const text = await print("--help");
    await expect(text).toMatchFileSnapshot("snapshots/help.txt");
    expect(await print()).toBe(text);
  });

  it.each(VERBS.map(({ name }) => name))("of %s", async (name) => {
    const text = await print(name, "--help");
    await expect(text).toMatchFileSnapshot(`snapshots/help-${name}.txt`);
    expect(await print("help", name)).toBe(text);
    expect(text.indexOf("Examples")).toBeLessThan(text.indexOf("Usage"));
    expect(text.split("\n").filter((line) => line.length > 120)).toEqual([]);
  });

  it("and the version need no operands", async () => {
    expect(await print("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await print("run", "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"] as const)("of %s knows every verb and option", async (shell) => {
    const script = await print("completion", shell);
    expect(script).toBe(completionScript(shell));
    for (const verb of VERBS) {
      expect(script).toContain(verb.name);
      for (const option of verb.options) expect(script).toContain(option.name);
    }
  });

  it("of another shell is refused", async () => {
    const terminal = fakeTerminal();
    expect(await runCommandLine(["completion", "bas"], terminal)).toBe(2);
    expect(terminal.err()).toContain('did you mean "bash"?');
  });

  const bash = spawnSync("bash", ["--version"]).status === 0;
  it.skipIf(!bash)("of bash completes (skipped where there is no bash)", () => {
    const complete = (...words: string[]) => {
      const script = `${completionScript("bash")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_neurotables; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: "/" });
      expect(stderr).toBe("");
      return stdout.trim().split("\n");
    };
    expect(complete("neurotables", "st")).toEqual(["status"]);
    expect(complete("neurotables", "sql", "--fo")).toEqual(["--format"]);
    expect(complete("neurotables", "sql", "--format", "p")).toEqual(["parquet"]);
    expect(complete("neurotables", "run", "--pro")).toEqual(["--promote"]);
    expect(complete("neurotables", "completion", "z")).toEqual(["zsh"]);
  });
});
