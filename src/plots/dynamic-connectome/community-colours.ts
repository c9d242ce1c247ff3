import type { Theme } from "../theme.js";

/** Fill of a community of a component; those beyond the fills of the theme share the last. */
export function communityFill(community: number, theme: Theme): string {
  return theme.categories[Math.min(community, theme.categories.length - 1)] as string;
}
