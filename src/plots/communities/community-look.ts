import { communityFill } from "../dynamic-connectome/community-colours.js";
import type { ComponentCommunities } from "../dynamic-connectome/run-data.js";
import type { Theme } from "../theme.js";

/** Fill of a community; grey, or hatched, where its component has no community structure. */
export function lookOf(found: ComponentCommunities | undefined, community: number, theme: Theme): string {
  if (found?.structureFound === true) return communityFill(community, theme);
  return theme.missingHatch === undefined ? theme.missing : "url(#missing)";
}
