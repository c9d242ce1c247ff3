import { describe, expect, it } from "vitest";
import type { MembershipData } from "../../../src/plots/membership/membership-data.js";
import { membershipPicture } from "../../../src/plots/membership/membership-picture.js";
import { rasterise } from "../../../src/plots/rasterise.js";
import { THEMES } from "../../../src/plots/theme.js";
import { decodePng } from "../support/decode-png.js";
import { clashes, textBoxes } from "../support/text-boxes.js";
import { syntheticGate, syntheticMembership } from "./support/synthetic-membership.js";

const STYLE = { theme: THEMES.light, width: 1200 };
const STATES = ["pass", "warn", "fail", "not_run", "disabled"] as const;

const words = (data: MembershipData, width = 1200) =>
  textBoxes(membershipPicture(data, { ...STYLE, width }).svg).map(({ text }) => text);

describe("the picture of a run under attack", () => {
  it.each(Object.values(THEMES))("is the one kept, in $name", async (theme) => {
    const gate = theme.name === "print" ? "pass" : theme.name === "dark" ? "warn" : "fail";
    const picture = membershipPicture(syntheticMembership({ members: 12, nonmembers: 11, gate }), {
      theme,
      width: 700,
    });
    await expect(picture.svg).toMatchFileSnapshot(`golden/membership-${theme.name}.svg`);
  });

  it("does not depend on the order of scores, baselines and controls", () => {
    const data = syntheticMembership({ members: 30, nonmembers: 25, gate: "warn" });
    const turned: MembershipData = {
      ...data,
      scores: { members: [...data.scores.members].reverse(), nonmembers: [...data.scores.nonmembers].reverse() },
      gate: { ...data.gate, baselines: [...data.gate.baselines].reverse() },
      controls: [...data.controls].reverse(),
    };
    expect(membershipPicture(turned, STYLE).svg === membershipPicture(data, STYLE).svg).toBe(true);
  });

  it("has no texts that touch, whatever the width, the number of units and the state of the gate", () => {
    for (const [members, nonmembers] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [77, 75],
      [400, 2000],
    ] as const) {
      for (const gate of STATES) {
        for (const width of [480, 640, 700, 1000, 1040, 1200, 3000]) {
          const picture = membershipPicture(syntheticMembership({ members, nonmembers, gate }), { ...STYLE, width });
          const at = { members, nonmembers, gate, width };
          expect({ ...at, clashes: clashes(picture) }).toEqual({ ...at, clashes: [] });
          expect({ ...at, broken: /NaN|undefined|Infinity|null/.test(picture.svg) }).toEqual({ ...at, broken: false });
        }
      }
    }
  });

  it("says first and on every panel of the attack that the gate does not pass", () => {
    const badges = { warn: "GATE WARNS", fail: "GATE FAILS", not_run: "GATE NOT RUN", disabled: "GATE DISABLED" };
    for (const [gate, badge] of Object.entries(badges)) {
      const data = syntheticMembership({ members: 20, nonmembers: 20, gate: gate as keyof typeof badges });
      const { svg, notes } = membershipPicture(data, STYLE);
      const boxes = textBoxes(svg);
      expect(boxes.filter(({ text }) => text === badge)).toHaveLength(4);
      const banner = boxes.find(({ text }) => text.startsWith(`${badge}:`)) as (typeof boxes)[0];
      // Above it only the title and facts.
      expect(boxes.filter(({ bottom }) => bottom <= banner.top).length).toBeLessThan(4);
      expect(notes[0]).toContain(`${badge}:`);
      expect(svg).toContain(`<desc>${badge}:`);
    }
    const passes = membershipPicture(syntheticMembership({ members: 20, nonmembers: 20, gate: "pass" }), STYLE);
    expect(passes.svg).not.toContain("GATE");
    expect(passes.notes).toEqual(["one note"]);
  });

  it("never gives the area of the attack without that of the blind baselines", () => {
    for (const gate of STATES) {
      const data = syntheticMembership({ members: 40, nonmembers: 40, gate });
      const blind = data.gate.all.auc === null ? "(blind: not run)" : `(blind ${data.gate.all.auc.toFixed(3)})`;
      const area = (data.headline.auc as number).toFixed(3);
      const said = words(data, 1600).filter((text) => text.startsWith(`AUC ${area} [`));
      expect(said).toHaveLength(2);
      for (const text of said) expect(text).toContain(blind);
    }
  });

  it("says what may be claimed, and why not more", () => {
    const data = syntheticMembership({ members: 40, nonmembers: 40, gate: "pass" });
    const claimed = (change: Partial<MembershipData["headline"]>, more: Partial<MembershipData> = {}) =>
      words({ ...data, ...more, headline: { ...data.headline, ...change } }, 2400).find((text) =>
        text.startsWith("AUC 0.9"),
      );
    expect(claimed({ claim: "memorisation" })).toContain("May be called memorisation");
    const elsewhere = { ...data.experiment, labelBasis: "trap", training: "elsewhere" } as const;
    expect(claimed({ claim: "memorisation" }, { experiment: elsewhere })).toContain(
      "May be called memorisation where the labels say what the model was trained on: traps were placed by lot",
    );
    expect(claimed({ claim: "none" })).toContain("Nothing may be claimed: corrected for 41 attacks tried");
    expect(claimed({ claim: "artefact" })).toContain("An artefact, not memorisation");
    const temporal = { ...data.experiment, labelBasis: "temporal", training: "others" } as const;
    const gate = syntheticGate("disabled", null);
    expect(claimed({ claim: "association" }, { experiment: temporal, gate })).toContain(
      "An association, not memorisation: labels go by date, and the text shows the date; the model was not trained on the members; the gate was disabled.",
    );
    expect(words(syntheticMembership({ members: 3, nonmembers: 0, gate: "not_run" })).join(" ")).toContain(
      "AUC not measured (blind: not run). Nothing is measured: 3 members and 0 non-members.",
    );
  });

  it("puts in words what became of every baseline", () => {
    const seen = words(syntheticMembership({ members: 40, nonmembers: 40, gate: "fail" }));
    for (const text of [
      "FAIL: p ≤ 0.01",
      "FAIL: p ≤ 0.01 · most by tfidf_nb",
      "warn: underpowered",
      "pass",
      'pass · "Produced by"',
      "not run: the units have no text",
    ]) {
      expect(seen).toContain(text);
    }
    expect(words(syntheticMembership({ members: 40, nonmembers: 40, gate: "warn" }))).toContain("warn: p ≤ 0.05");
  });

  it("says in its head that a control fails", () => {
    const data = syntheticMembership({ members: 40, nonmembers: 40, gate: "pass" });
    const controls = data.controls.map((one) =>
      one.control === "negative" && one.attack === "ref" ? { ...one, mean: 0.6, status: "fail" as const } : one,
    );
    const { svg, notes } = membershipPicture({ ...data, controls }, STYLE);
    const sentence = "Negative control FAILS: ref 0.600 ± 0.025, must be 0.5, within two standard errors.";
    expect(notes).toContain(sentence);
    const head = textBoxes(svg).filter(({ top }) => top < 200);
    expect(head.map(({ text }) => text)).toContain(sentence);
    const none = membershipPicture({ ...data, controls: [] }, STYLE);
    expect(none.notes).toContain("Controls not run: there are none of this experiment.");
  });

  it("draws curves through the points of the table, up the left side and to the upper right", () => {
    const data = syntheticMembership({ members: 2, nonmembers: 2, gate: "pass" });
    const point = (fpr: number, tpr: number) => ({ fpr, tpr, low: tpr, high: tpr });
    const curve = [point(0, 0), point(0, 0.5), point(0.5, 0.5), point(0.5, 1), point(1, 1)];
    const { svg } = membershipPicture({ ...data, headline: { ...data.headline, curve } }, STYLE);
    const [linear, logarithmic] = [
      ...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="#0072b2" stroke-width="2"/g),
    ].map(([, d = ""]) => [...d.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const));
    const frame = /<rect x="62" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="none"/.exec(svg);
    const [top, width, height] = [1, 2, 3].map((group) => Number(frame?.[group])) as [number, number, number];
    const places = linear?.map(([x, y]) => [(x - 62) / width, 1 - (y - top) / height]);
    const wanted = curve.map(({ fpr, tpr }) => [fpr, tpr]);
    expect(places?.length).toBe(wanted.length);
    places?.forEach((place, index) => {
      expect(
        Math.hypot(
          (place[0] as number) - (wanted[index]?.[0] as number),
          (place[1] as number) - (wanted[index]?.[1] as number),
        ),
      ).toBeLessThan(0.001);
    });
    // From .01: half of the members at log10(.5 / .01) / 2 of the height.
    const share = 1 - ((logarithmic?.[1]?.[1] as number) - top) / height;
    expect(share).toBeCloseTo(Math.log10(50) / 2, 3);
  });

  it("keeps names that are markup as text", () => {
    const data = syntheticMembership({ members: 5, nonmembers: 5, gate: "fail" });
    const hostile = '"><script>alert(1)</script>\u0007';
    const gate = {
      all: { ...data.gate.all, tells: hostile },
      baselines: data.gate.baselines.map((one) => ({ ...one, name: `${one.name}${hostile}`, tells: hostile })),
    };
    const controls = data.controls.map((one) => ({ ...one, attack: `${one.attack}${hostile}` }));
    const { svg } = membershipPicture(
      { ...data, run: { ...data.run, id: hostile }, headline: { ...data.headline, name: hostile }, gate, controls },
      STYLE,
    );
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("\u0007");
  });

  it("is a PNG of twice as many pixels", async () => {
    const picture = membershipPicture(syntheticMembership({ members: 5, nonmembers: 5, gate: "fail" }), {
      ...STYLE,
      width: 480,
    });
    expect(decodePng(await rasterise(picture)).width).toBe(960);
  });

  it("of thousands of units is small", () => {
    const data = syntheticMembership({ members: 3000, nonmembers: 3000, gate: "fail" });
    expect(membershipPicture(data, STYLE).svg.length).toBeLessThan(6e5);
  });
});
