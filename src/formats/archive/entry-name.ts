import { posix } from "node:path";

/** Why a name inside an archive is refused; undefined when it is safe below any folder. */
export function entryNameFault(name: string): string | undefined {
  if (name.length === 0) return "an empty name";
  if (name.length > 4096) return "a name of more than 4096 characters";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "a control character in the name";
  if (name.includes("\\")) return "a backslash in the name";
  if (name.startsWith("/")) return "an absolute path";
  if (/^[A-Za-z]:/.test(name)) return "a drive letter";
  const segments = (name.endsWith("/") ? name.slice(0, -1) : name).split("/");
  if (segments.includes("..")) return "a parent folder (..) in the path";
  if (segments.includes(".") || segments.includes("")) return "an empty or . segment in the path";
  const relative = posix.relative("/root", posix.resolve("/root", name));
  return relative === "" || relative.startsWith("..") ? "a path outside the archive" : undefined;
}
