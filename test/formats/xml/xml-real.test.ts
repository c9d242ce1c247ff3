import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { readXml } from "../../../src/formats/xml/xml-reader.js";
import { realData } from "../../support/real-data.js";

const data = realData("membership");
const files = data.present ? readdirSync(data.path("papers")).filter((name) => name.endsWith(".xml")) : [];

describe.skipIf(!data.present)(`the real articles${data.reason}`, () => {
  it("are all there", () => {
    expect(files).toHaveLength(24);
  });

  it.each(files)("%s is well-formed XML, as many elements as its tags", (name) => {
    const text = readFileSync(data.path("papers", name), "utf8");
    let opened = 0;
    for (const event of readXml(text, { file: name, limits: DEFAULT_LIMITS })) if (event.kind === "open") opened += 1;
    const tags = text.replace(/<!--[\s\S]*?-->/g, "").match(/<[A-Za-z]/g) ?? [];
    expect(opened).toBe(tags.length);
  });
});
