/** Whether a text of a YAML file is a regular expression. */
export function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
