import { textWidth } from "../../../src/plots/text.js";

export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where each line of text of a picture is, upright or turned by -90 degrees. */
export function textBoxes(svg: string): TextBox[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = "", content = ""]) => {
    const value = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1];
    const text = content
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&");
    const [x, y, size] = ["x", "y", "font-size"].map((name) => Number(value(name))) as [number, number, number];
    const width = textWidth(text, size, value("font-weight") === "bold");
    const anchor = value("text-anchor");
    const before = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
    const [above, below] = [0.75 * size, 0.2 * size];
    if (value("transform") === undefined) {
      return { text, left: x - before, right: x - before + width, top: y - above, bottom: y + below };
    }
    return { text, left: x - above, right: x + below, top: y + before - width, bottom: y + before };
  });
}

/** Pairs of texts that touch, and texts that leave the picture. */
export function clashes(picture: { readonly svg: string; readonly width: number; readonly height: number }): string[] {
  const boxes = textBoxes(picture.svg);
  const found: string[] = [];
  boxes.forEach((box, index) => {
    if (box.left < 0 || box.top < 0 || box.right > picture.width || box.bottom > picture.height) {
      found.push(`"${box.text}" leaves the picture`);
    }
    for (const other of boxes.slice(index + 1)) {
      const apart =
        box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
      if (!apart) found.push(`"${box.text}" touches "${other.text}"`);
    }
  });
  return found;
}
