/**
 * Build the page into dist/: `node build.js`. Everything in assets/ is named after its content, so that browsers may
 * keep it for ever; index.html names the current ones.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const home = import.meta.dirname;
const out = path.join(home, "dist");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const { metafile } = await build({
  absWorkingDir: home,
  entryPoints: ["src/main.js", "src/style.css", "src/icon.svg"],
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox113", "safari16.4"],
  loader: { ".svg": "copy" },
  entryNames: "assets/[name]-[hash]",
  legalComments: "linked",
  outdir: out,
  metafile: true,
});

/**
 * The built file of an entry point.
 * @param {string} entry
 */
function built(entry) {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint, inputs }]) => (entryPoint ?? Object.keys(inputs)[0]) === entry);
  if (!found) throw new Error(`${entry} was not built`);
  return path.relative("dist", found[0]);
}

/** @type {Record<string, string>} */
const names = { script: built("src/main.js"), style: built("src/style.css"), icon: built("src/icon.svg") };
const template = await readFile(path.join(home, "src/index.html"), "utf8");
const page = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => names[name] ?? "");
await writeFile(path.join(out, "index.html"), page);
// What the bundle holds of others.
await copyFile(path.join(home, "node_modules/tabulator-tables/LICENSE"), path.join(out, "assets/tabulator-license.txt"));
