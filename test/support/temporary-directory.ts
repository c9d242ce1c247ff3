import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A new folder for the tests of one file, removed after them. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "neurotables-test-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
