import type { XmlEvent } from "./xml-reader.js";

/** An element with all that is in it. */
export interface XmlElement {
  /** Name with its prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
}

/** A name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** Reads on to the end of the element that `open` has begun. Memory: the element. */
export function readElement(events: Iterator<XmlEvent>, open: XmlEvent & { readonly kind: "open" }): XmlElement {
  const begin = ({ name, attributes }: typeof open) => ({ name, attributes, children: [] as (XmlElement | string)[] });
  const root = begin(open);
  const path = [root];
  while (path.length > 0) {
    const next = events.next();
    if (next.done) break;
    const event = next.value;
    if (event.kind === "close") path.pop();
    else if (event.kind === "text") path.at(-1)?.children.push(event.text);
    else {
      const element = begin(event);
      path.at(-1)?.children.push(element);
      path.push(element);
    }
  }
  return root;
}

/** The elements along a path of local names below an element, in document order. */
export function elementsAt(element: XmlElement, ...path: readonly string[]): XmlElement[] {
  let found = [element];
  for (const name of path) {
    found = found.flatMap(({ children }) =>
      children.filter((child): child is XmlElement => typeof child !== "string" && localName(child.name) === name),
    );
  }
  return found;
}

/** All text of an element, white space collapsed. */
export function textOf(element: XmlElement | undefined): string {
  const pieces: string[] = [];
  const waiting: (XmlElement | string)[] = element === undefined ? [] : [element];
  while (waiting.length > 0) {
    const next = waiting.pop() as XmlElement | string;
    if (typeof next === "string") pieces.push(next);
    else for (let i = next.children.length - 1; i >= 0; i--) waiting.push(next.children[i] as XmlElement | string);
  }
  return pieces.join("").replace(/\s+/g, " ").trim();
}

/** Value of an attribute by its local name. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  for (const [key, value] of element.attributes) if (localName(key) === name) return value;
  return undefined;
}
