/** The documentation lists the licences of everything that the built page contains. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

const HOME = path.join(import.meta.dirname, "../..");

test("docs/licences.md has each bundled package with the licence that the package declares", async () => {
  const built = await readFile(path.join(HOME, "dist/assets/third-party-licences.txt"), "utf8");
  const page = await readFile(path.join(HOME, "../../docs/licences.md"), "utf8");
  const section = page.split("\n## ").find((text) => text.startsWith("The page\n")) ?? "";
  const shipped = [...built.matchAll(/^=== (\S+) \S+ \((.+)\)$/gm)].map(([, name, licence]) => [name, licence]);
  const listed = [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name, licence]) => [name, licence]);
  assert.ok(shipped.length > 0);
  assert.deepEqual(listed, shipped);
});
