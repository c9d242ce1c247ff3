/** Attributes of an element; `undefined` leaves one out. Numbers are written with at most two decimals. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element of an SVG document, as text. Children are elements already written, or {@link escapeXml}d text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    text += ` ${key}="${typeof value === "number" ? decimal(value) : escapeXml(value)}"`;
  }
  return children.length === 0 ? `${text}/>` : `${text}>${children.join("")}</${name}>`;
}

/** A group; an empty one is nothing at all. */
export function group(attributes: Attributes, children: readonly string[]): string {
  return children.length === 0 ? "" : element("g", attributes, ...children);
}

/** The shortest text of a coordinate: two decimals, no `-0`. Same on every machine. */
export function decimal(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** Text as XML content or attribute value; what XML 1.0 cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  let escaped = "";
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const entity = ENTITIES[character];
    if (entity !== undefined) escaped += entity;
    else if (isXmlCharacter(code)) escaped += character;
    else escaped += "\ufffd";
  }
  return escaped;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** Path data, built piece by piece in absolute coordinates. */
export class PathData {
  #text = "";

  move(x: number, y: number): this {
    this.#text += `M${decimal(x)} ${decimal(y)}`;
    return this;
  }

  line(x: number, y: number): this {
    this.#text += `L${decimal(x)} ${decimal(y)}`;
    return this;
  }

  /** A closed rectangle. */
  rectangle(x: number, y: number, width: number, height: number): this {
    this.#text += `M${decimal(x)} ${decimal(y)}h${decimal(width)}v${decimal(height)}h${decimal(-width)}z`;
    return this;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  toString(): string {
    return this.#text;
  }
}
