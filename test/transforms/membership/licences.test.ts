import { describe, expect, it } from "vitest";
import {
  DEFAULT_LICENCES,
  isPublishable,
  licenceName,
  type StatedLicence,
} from "../../../src/transforms/membership/licences.js";

const stated = (text: string | null, url: string | null = null): StatedLicence => ({ text, url });

describe("names of licences", () => {
  it.each([
    ["CC BY (Creative Commons Attribution)", null, "CC BY"],
    [
      "This is an open-access article distributed under the terms of the Creative Commons Attribution License, which permits unrestricted use, distribution, and reproduction in any medium, provided the original work is properly cited.",
      null,
      "CC BY",
    ],
    [null, "http://creativecommons.org/licenses/by/4.0/", "CC BY"],
    ["Creative Commons Attribution-ShareAlike 4.0", null, "CC BY-SA"],
    [null, "https://creativecommons.org/licenses/by-nc/4.0/", "CC BY-NC"],
    ["CC-BY-NC-SA 4.0", null, "CC BY-NC-SA"],
    ["Creative Commons Attribution-NonCommercial-NoDerivs", null, "CC BY-NC-ND"],
    ["CC BY 4.0", "https://creativecommons.org/licenses/by-nd/4.0/", "CC BY-ND"],
    ["CC BY, not for commercial use", null, "CC BY-NC"],
    ["released under CC0", null, "CC0"],
    [null, "https://creativecommons.org/publicdomain/zero/1.0/", "CC0"],
    ["Public domain in the USA.", null, "public domain"],
    ["All rights reserved", null, null],
    ["Copyrighted Project Gutenberg eBook", null, null],
    [null, null, null],
  ])("%j, %j is %j", (text, url, name) => {
    expect(licenceName(stated(text, url))).toBe(name);
  });
});

describe("what may be passed on", () => {
  const pg = { source: "gutenberg", format: "gutenberg", strip: "credits" } as const;
  const novel = { source: "novels", format: "plain", strip: "credits" } as const;
  const none = stated(null);
  const free = stated("public domain text (authors dead); repository names no licence");

  it("is what all stated licences allow", () => {
    const may = (list: StatedLicence[], of: Parameters<typeof isPublishable>[1] = pg) =>
      isPublishable(list, of, DEFAULT_LICENCES);
    expect(may([none, stated("Public domain in the USA.")])).toBe(true);
    expect(may([none, stated("Public domain in the USA.")], { ...pg, strip: "markers" })).toBe(true);
    expect(may([none, stated("Public domain in the USA.")], { ...pg, strip: "none" })).toBe(false);
    expect(may([none, stated("Public domain in the USA.")], { ...pg, strip: "markers_published" })).toBe(false);
    expect(may([stated("Copyrighted Project Gutenberg eBook"), stated("Public domain in the USA.")])).toBe(false);
    expect(may([stated("CC BY"), stated("CC BY-NC")], novel)).toBe(false);
    expect(may([stated("CC BY-SA"), none], { ...novel, strip: "none" })).toBe(true);
    expect(may([none, none])).toBe(false);
    expect(may([stated("  "), none])).toBe(false);
    expect(may([])).toBe(false);
    expect(may([none, free], novel)).toBe(false);
  });

  it("is what an entry of its own says, but never what is unknown or non-commercial", () => {
    const list = [{ licence: "public domain", source: "novels" }, { licence: "CC BY-NC" }, { licence: "my licence" }];
    expect(isPublishable([none, free], novel, list)).toBe(true);
    expect(isPublishable([none, free], { ...novel, source: "others" }, list)).toBe(false);
    expect(isPublishable([stated("my licence")], novel, list)).toBe(true);
    expect(isPublishable([stated("CC BY-NC")], novel, list)).toBe(false);
    expect(isPublishable([none], novel, list)).toBe(false);
  });
});
