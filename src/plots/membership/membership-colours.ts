import type { Theme, ThemeName } from "../theme.js";

/**
 * Colours of a membership picture, those of Okabe and Ito, darker or lighter as the ground asks: told apart by people
 * who are colour-blind. What they mean is never said by colour alone: lines have dashes, points shapes, states words.
 */
export interface MembershipColours {
  /** The attack that the picture is about, and members. */
  readonly attack: string;
  /** What the text alone tells. */
  readonly blind: string;
  readonly loss: string;
  readonly second: string;
  readonly third: string;
  readonly nonmember: string;
  readonly alarm: { readonly ground: string; readonly text: string; readonly edge: string };
  readonly caution: { readonly ground: string; readonly text: string; readonly edge: string };
  /** Of words on the picture's ground that say that something failed. */
  readonly failed: string;
}

const COLOURS: Readonly<Record<ThemeName, MembershipColours>> = {
  light: {
    attack: "#0072b2",
    blind: "#bf4c00",
    loss: "#5a6169",
    second: "#00805c",
    third: "#a0457e",
    nonmember: "#9aa1a9",
    alarm: { ground: "#a8201a", text: "#ffffff", edge: "#a8201a" },
    caution: { ground: "#ffd97a", text: "#16191d", edge: "#c08a00" },
    failed: "#a8201a",
  },
  dark: {
    attack: "#56b4e9",
    blind: "#ff9a57",
    loss: "#a2a9b1",
    second: "#4fc9a4",
    third: "#e39ac4",
    nonmember: "#7d858e",
    alarm: { ground: "#c0302a", text: "#ffffff", edge: "#ff7b73" },
    caution: { ground: "#e0b040", text: "#14171b", edge: "#e0b040" },
    failed: "#ff8a83",
  },
  print: {
    attack: "#000000",
    blind: "#000000",
    loss: "#6e6e6e",
    second: "#000000",
    third: "#6e6e6e",
    nonmember: "#b4b4b4",
    alarm: { ground: "#000000", text: "#ffffff", edge: "#000000" },
    caution: { ground: "#ffffff", text: "#000000", edge: "#000000" },
    failed: "#000000",
  },
};

export function membershipColours(theme: Theme): MembershipColours {
  return COLOURS[theme.name];
}

/** Dashes of curves. */
export const LOSS_DASH = "6 3";
export const BLIND_DASH = "2 2";
