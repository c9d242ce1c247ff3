/**
 * The position of the first `;` that ends a statement: outside quotes, dollar quotes and comments. -1 when the text
 * needs more. Used to know when a person has finished typing; what may run is decided elsewhere.
 */
export function statementEnd(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const rest = text.slice(at, at + 2);
    if (text[at] === ";") return at;
    if (text[at] === "'" || text[at] === '"') at = endOf(text, text[at] as string, at + 1);
    else if (rest === "--") at = endOf(text, "\n", at + 2);
    else if (rest === "/*") at = endOf(text, "*/", at + 2);
    else if (text[at] === "$") {
      const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 64))?.[0];
      if (tag !== undefined) at = endOf(text, tag, at + tag.length);
    }
  }
  return -1;
}

/** The last character of the closing mark; the end of the text when it is not closed. */
function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length - 1;
}

/** Whether a text holds anything but blanks, comments and semicolons. */
export function isBlankStatement(text: string): boolean {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, "").replace(/[\s;]/g, "") === "";
}
