import { someNames } from "../choose-name.js";

/** Short names of animals: without the dataset where all are of one. */
export function animalNames(animals: readonly string[]): {
  readonly names: ReadonlyMap<string, string>;
  /** What was left out. */
  readonly dataset: string | undefined;
} {
  const datasets = new Set(animals.map((animal) => animal.slice(0, animal.lastIndexOf("/") + 1)));
  const [prefix = ""] = datasets.size === 1 ? datasets : [];
  return {
    names: new Map(animals.map((animal) => [animal, animal.slice(prefix.length)])),
    dataset: prefix === "" ? undefined : prefix.slice(0, -1),
  };
}

/** A few animals in words. */
export function someAnimals(animals: readonly string[], names: ReadonlyMap<string, string>): string {
  return someNames(animals.map((animal) => names.get(animal) ?? animal));
}
