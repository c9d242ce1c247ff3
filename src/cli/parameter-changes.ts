import { UsageError } from "../base/errors.js";

/**
 * `--set path=value`, repeated, as dotted path → value. Values are read as YAML: `2`, `true`, `[a, b]`, `text`.
 * @throws {UsageError} `usage/set`.
 */
export async function parameterChanges(texts: readonly string[]): Promise<Record<string, unknown>> {
  if (texts.length === 0) return {};
  const { parse } = await import("yaml");
  const changes: Record<string, unknown> = Object.create(null);
  for (const text of texts) {
    const equals = text.indexOf("=");
    const path = text.slice(0, Math.max(0, equals));
    if (!/^[\w-]+(\.[\w-]+)+$/.test(path)) {
      throw new UsageError("set", `--set ${text}: what comes before = is no path such as steps.NAME.with.PARAMETER`, {
        fields: { option: "--set" },
      });
    }
    try {
      changes[path] = parse(text.slice(equals + 1), { maxAliasCount: 0 });
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
      throw new UsageError("set", `--set ${path}: the value is not YAML: ${reason}`, { fields: { option: "--set" } });
    }
  }
  return { ...changes };
}
