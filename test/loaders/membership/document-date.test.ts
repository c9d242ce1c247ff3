import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentDate } from "../../../src/loaders/membership/document-date.js";

describe("dates of documents", () => {
  it.each([
    ["December 6, 2004", "2004-12-06", "day"],
    ["Dec. 6, 2004", "2004-12-06", "day"],
    ["December 6th, 2004", "2004-12-06", "day"],
    ["6 December 2004", "2004-12-06", "day"],
    ["May 8,  2007", "2007-05-08", "day"],
    ["February, 1994", "1994-02-01", "month"],
    ["Sept 1994", "1994-09-01", "month"],
    ["2004-12-06", "2004-12-06", "day"],
    ["2004/1/6", "2004-01-06", "day"],
    ["2004-12-06T00:00:00Z", "2004-12-06", "day"],
    ["2004-12-06 12:30:00", "2004-12-06", "day"],
    ["2004-12", "2004-12-01", "month"],
    ["1887", "1887-01-01", "year"],
    ["February 29, 2004", "2004-02-29", "day"],
  ])("reads %j", (text, date, precision) => {
    expect(documentDate(text)).toEqual({ date, precision });
  });

  it.each([
    "",
    "soon",
    "February 30, 2004",
    "February 29, 1900",
    "2004-13-01",
    "13, 2004",
    "Mayor 8, 2007",
    "04-05-06",
  ])("reads %j as none", (text) => {
    expect(documentDate(text)).toBeUndefined();
  });

  it("gives back every day of the calendar", () => {
    const day = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(day, (each) => {
        const date = each.toISOString().slice(0, 10);
        expect(documentDate(date)).toEqual({ date, precision: "day" });
      }),
    );
  });

  it("is bounded for any text", () => {
    expect(documentDate(`${" ".repeat(100_000)}2004`)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(documentDate(text)?.date ?? "2000-01-01").toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }),
    );
  });
});
