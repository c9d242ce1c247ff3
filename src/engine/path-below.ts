/** Whether a text is a relative path that stays below the folder it is taken from, on every system. */
export function isPathBelow(path: string): boolean {
  return path !== "" && !/^[/\\]|^[A-Za-z]:|(^|\/)\.{0,2}(\/|$)|\0|\\/.test(path);
}
