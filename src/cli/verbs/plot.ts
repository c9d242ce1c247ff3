import { extname, resolve } from "node:path";
import { EXIT, type ExitCode, InterruptedError, UsageError } from "../../base/errors.js";
import { findPlotKind } from "../../plots/plot-catalogue.js";
import type { PlotKind, PlotResult } from "../../plots/plot-kind.js";
import { sessionTables } from "../../plots/plot-tables.js";
import { THEME_NAMES, THEMES, type ThemeName } from "../../plots/theme.js";
import { OutFile } from "../out-file.js";
import { withTableSession } from "../table-session.js";
import type { CommandOptions, VerbContext } from "../verb.js";

type Format = "svg" | "png";

/** Widest picture, in px. */
const MOST_WIDTH = 6000;

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, operands, options } = context;
  const kind = findPlotKind(operands[0] as string);
  const out = options.text("out");
  const format = formatOf(out);
  const theme = themeOf(options);
  const style = { theme: THEMES[theme], width: widthOf(options, kind) };
  const request = { argument: operands[1], all: options.flag("all"), channels: options.texts("channel") };
  const path = out === undefined ? undefined : resolve(output.terminal.cwd, out);
  // Opened first: a folder that does not exist is found out before anything is read.
  const file = path === undefined ? undefined : await OutFile.create(path);
  try {
    const picture = await withTableSession(context, async (session, views, signal) => {
      const names = views.map(({ name }) => name);
      const drawn = await kind.draw(sessionTables(session, names, signal), request, style);
      if (signal.aborted) throw new InterruptedError("the picture was cancelled");
      return drawn;
    });
    const bytes = format === "png" ? await pngOf(picture) : Buffer.from(picture.svg, "utf8");
    await file?.write(bytes);
    await file?.commit();
    await report({ context, kind, picture, format, theme, path, bytes });
    return EXIT.ok;
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

async function pngOf(picture: PlotResult): Promise<Buffer> {
  const { rasterise } = await import("../../plots/rasterise.js");
  return rasterise(picture);
}

async function report({
  context: { output },
  kind,
  picture,
  format,
  theme,
  path,
  bytes,
}: {
  context: VerbContext;
  kind: PlotKind;
  picture: PlotResult;
  format: Format;
  theme: ThemeName;
  path: string | undefined;
  bytes: Buffer;
}): Promise<void> {
  const { subject, rows, width, height, notes, svg } = picture;
  if (output.json) {
    const where = path === undefined ? { out: null, svg } : { out: path };
    const facts = { kind: kind.name, subject, format, theme, rows, width, height, bytes: bytes.length, notes };
    await output.document({ ...facts, ...where });
    return;
  }
  if (path === undefined) await output.data(bytes);
  else output.talk(`${kind.name} of ${subject}: ${rows} ${kind.rowNoun}, ${width} × ${height} px → ${path}`);
  for (const note of notes) output.talk(note);
}

function formatOf(out: string | undefined): Format {
  if (out === undefined) return "svg";
  const extension = extname(out).slice(1).toLowerCase();
  if (extension === "svg" || extension === "png") return extension;
  throw new UsageError("option-value", `--out is a file that ends in .svg or .png, not "${out}"`, {
    fields: { out },
    wayOut: `--out ${extension === "" ? out : out.slice(0, -extname(out).length)}.png`,
  });
}

/** The parser has checked the name. */
function themeOf(options: CommandOptions): ThemeName {
  const name = options.text("theme");
  return THEME_NAMES.find((theme) => theme === name) ?? "light";
}

function widthOf(options: CommandOptions, kind: PlotKind): number {
  const text = options.text("width");
  if (text === undefined) return kind.width;
  const width = Number(text);
  if (/^\d+$/.test(text) && width >= kind.minimumWidth && width <= MOST_WIDTH) return width;
  throw new UsageError(
    "option-value",
    `--width of ${kind.name} is a number of px from ${kind.minimumWidth} to ${MOST_WIDTH}, not "${text}"`,
    { fields: { width: text } },
  );
}
