/** The folders of src depend on each other in one direction. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

const SRC = path.join(import.meta.dirname, "../../src");
// Static and dynamic imports, and those of JSDoc, which are dependencies too.
const IMPORT = /(?:from |import\(|import )"(\.[^"]+)"/g;

/**
 * The folder that a file of src lies in; a file at the top stands for itself.
 * @param {string} file
 */
const folderOf = (file) => path.relative(SRC, file).split(path.sep)[0] ?? "";

/** @returns {Promise<Map<string, string>>} the modules of src by their paths */
async function modules() {
  const names = (await readdir(SRC, { recursive: true })).filter((name) => /\.(js|d\.ts)$/.test(name));
  return new Map(
    await Promise.all(
      names.map(
        async (name) =>
          /** @type {[string, string]} */ ([path.join(SRC, name), await readFile(path.join(SRC, name), "utf8")]),
      ),
    ),
  );
}

/** @returns {Promise<Map<string, Set<string>>>} the folders that each folder imports */
async function folders() {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const [file, text] of await modules()) {
    const from = folderOf(file);
    const imported = found.get(from) ?? new Set();
    for (const [, target = ""] of text.matchAll(IMPORT))
      imported.add(folderOf(path.resolve(path.dirname(file), target)));
    imported.delete(from);
    found.set(from, imported);
  }
  return found;
}

/**
 * @param {Map<string, Set<string>>} graph
 * @returns {string[] | null} the folders of a cycle, the first one again at the end
 */
function cycleOf(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} folder @param {string[]} way @returns {string[] | null} */
  function visit(folder, way) {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder];
    if (done.has(folder)) return null;
    for (const next of graph.get(folder) ?? []) {
      const cycle = visit(next, [...way, folder]);
      if (cycle) return cycle;
    }
    done.add(folder);
    return null;
  }
  for (const folder of graph.keys()) {
    const cycle = visit(folder, []);
    if (cycle) return cycle;
  }
  return null;
}

test("a cycle is found", () => {
  const graph = new Map([
    ["a", new Set(["b"])],
    ["b", new Set(["c", "d"])],
    ["c", new Set(["b"])],
    ["d", new Set()],
  ]);
  assert.deepEqual(cycleOf(graph), ["b", "c", "b"]);
  graph.get("c")?.clear();
  assert.equal(cycleOf(graph), null);
});

test("no folders import each other in a cycle", async () => {
  const graph = await folders();
  assert.ok(graph.get("job")?.has("results"), "dynamic imports count");
  assert.ok(graph.get("results")?.has("guide"));
  assert.equal(cycleOf(graph), null);
});

test("the model has no DOM and imports no view", async () => {
  assert.deepEqual(
    [...((await folders()).get("model") ?? [])].filter((folder) => !/^(api|types)\./.test(folder)),
    [],
  );
  for (const [file, text] of await modules())
    if (folderOf(file) === "model") assert.doesNotMatch(text, /\bdocument\.|\bwindow\./, file);
});
