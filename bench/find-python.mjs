import { spawnSync } from "node:child_process";

/** The Python to use (`NEUROTABLES_PYTHON`, or python3) and the versions of these packages; or why there is none. */
export function findPython(packages) {
  const command = process.env.NEUROTABLES_PYTHON ?? "python3";
  const program = `import importlib.metadata as m, platform; print(platform.python_version(), *(f"{p} {m.version(p)}" for p in ${JSON.stringify(packages)}), sep=", ")`;
  const found = spawnSync(command, ["-c", program], { encoding: "utf8" });
  if (found.error !== undefined) return { reason: `there is no ${command}` };
  if (found.status === 0) return { command, versions: found.stdout.trim() };
  return { reason: `${command} lacks one of ${packages.join(", ")}` };
}
