/** An event as a release manifest states it. */
export interface ManifestEvent {
  readonly name: string;
  /** 0-based frame; null when the text is of another form. */
  readonly k: number | null;
  /** The text, when it is of another form. */
  readonly value: string | null;
}

/** Name of the event that holds a text of another form. */
const UNREAD = "manifest_event";
const EVENT = /([A-Za-z_]\w*)\s*=\s*\[([^\]]*)\]/g;

/**
 * Reads the event column of a WormWideWeb manifest: `patchEncounter=[325]`, `heat=[391, 402]`. Its frames count from 1,
 * as its `t_range` (`1:507`) and all arrays of the Julia programs that made it do: 325 is frame 324 here. A text of
 * another form becomes one event that holds it verbatim.
 */
export function manifestEvents(text: string | null): ManifestEvent[] {
  if (text === null || text.trim() === "") return [];
  const events: ManifestEvent[] = [];
  for (const [, name = "", list = ""] of text.matchAll(EVENT)) {
    for (const frame of list.split(",")) {
      if (!/^\s*\d{1,9}\s*$/.test(frame)) return [{ name: UNREAD, k: null, value: text }];
      events.push({ name, k: Number(frame) - 1, value: null });
    }
  }
  const whole = text.replace(EVENT, "").replace(/[\s,;]/g, "") === "";
  return whole ? events : [{ name: UNREAD, k: null, value: text }];
}
