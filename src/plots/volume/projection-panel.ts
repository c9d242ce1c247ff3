import { element, group } from "../svg.js";
import { baseline, fitText, textAt, textWidth, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import { scaleBar } from "./scale-bar.js";
import type { Projection } from "./volume-data.js";

const TITLE_SIZE = 11;
const CAPTION_SIZE = 9;
const CAPTION_LINE = 13;
/** Room for the title above an image. */
const TITLE_HEIGHT = 20;
/** Highest image, in widths of its panel. */
const TALLEST = 1.5;

/** One projection with what is said of it. */
export interface ProjectionPanel {
  readonly title: string;
  /** Right of the title, whole: the number that counts. */
  readonly headline: string | undefined;
  readonly projection: Projection;
  /** What stands below, piece by piece. */
  readonly captions: readonly (readonly string[])[];
  /** Width of what the image shows, in µm, where it is to have a scale bar. */
  readonly fieldUm: number | undefined;
}

/** Height of an image `width` wide; what is missing has the proportions that others have. */
export function imageSize(
  projection: Projection,
  width: number,
  aspect: number,
): { readonly width: number; readonly height: number } {
  const ratio = "missing" in projection ? aspect : projection.height / projection.width;
  return ratio > TALLEST
    ? { width: (width * TALLEST) / ratio, height: width * TALLEST }
    : { width, height: Math.max(1, width * ratio) };
}

/** Panels side by side, their images from one line down, their captions below the highest; says how high they are. */
export function panelRow(row: {
  readonly x: number;
  readonly y: number;
  readonly panelWidth: number;
  readonly gap: number;
  /** Height through width of an image that is missing. */
  readonly aspect: number;
  readonly panels: readonly ProjectionPanel[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { y, panelWidth, panels, aspect, theme } = row;
  const sizes = panels.map(({ projection }) => imageSize(projection, panelWidth, aspect));
  const top = y + TITLE_HEIGHT;
  const below = top + Math.max(...sizes.map(({ height }) => height));
  const captions = panels.map((panel) =>
    panel.captions.flatMap((pieces) => wrapPieces(pieces, "  ·  ", panelWidth, CAPTION_SIZE)),
  );
  const drawn = panels.flatMap(({ title, headline = "", projection, fieldUm }, index) => {
    const x = row.x + index * (panelWidth + row.gap);
    const place = { x, y: top, ...(sizes[index] as { width: number; height: number }) };
    const room = panelWidth - (headline === "" ? 0 : textWidth(headline, TITLE_SIZE, true) + 12);
    const heading = { size: TITLE_SIZE, fill: theme.text, bold: true } as const;
    return [
      textAt(x, y + 12, fitText(title, room, TITLE_SIZE, true), heading),
      headline === "" ? "" : textAt(x + panelWidth, y + 12, headline, { ...heading, anchor: "end" }),
      "missing" in projection ? emptyGround(place, projection.missing, theme) : image(place, projection, theme),
      "missing" in projection || fieldUm === undefined ? "" : scaleBar(place, fieldUm),
      ...(captions[index] as string[]).map((line, at) =>
        textAt(x, below + CAPTION_LINE * (at + 1), line, { size: CAPTION_SIZE, fill: theme.muted }),
      ),
    ].filter((part) => part !== "");
  });
  const lines = Math.max(...captions.map(({ length }) => length));
  return { svg: group({}, drawn), height: below + CAPTION_LINE * lines + 4 - y };
}

type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Enlarged pixels stay sharp; reduced ones are averaged, since one of several left out would be a thin neurite's. */
function image(place: Place, { png, width }: { readonly png: Uint8Array; readonly width: number }, theme: Theme) {
  const enlarged = place.width >= width;
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  return group({}, [
    element("image", {
      ...place,
      preserveAspectRatio: "none",
      "image-rendering": enlarged ? "optimizeSpeed" : "optimizeQuality",
      class: enlarged ? "nt-pixels" : undefined,
      href: `data:image/png;base64,${bytes.toString("base64")}`,
    }),
    element("rect", { ...place, fill: "none", stroke: theme.axis, "stroke-width": 0.5 }),
  ]);
}

function emptyGround(place: Place, why: string, theme: Theme): string {
  const lines = wrapPieces(why.split(" "), " ", place.width - 16, CAPTION_SIZE);
  const first = place.y + place.height / 2 - ((lines.length - 1) * CAPTION_LINE) / 2;
  const style = { size: CAPTION_SIZE, fill: theme.muted, anchor: "middle" } as const;
  const frame = { fill: theme.panel, stroke: theme.axis, "stroke-width": 0.5, "stroke-dasharray": "3 3" };
  return group({}, [
    element("rect", { ...place, ...frame }),
    ...lines.map((line, index) =>
      textAt(place.x + place.width / 2, baseline(first + index * CAPTION_LINE, CAPTION_SIZE), line, style),
    ),
  ]);
}
