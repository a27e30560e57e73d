/**
 * Build the page into dist/: `node build.js`. Files in assets/ are named by a hash of their content, so that browsers may
 * cache them forever; index.html refers to the current ones. Each view has a file of its own, which is loaded on demand.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const home = import.meta.dirname;
const out = path.join(home, "dist");
// igv adds two style elements to the page, which the content security policy forbids. Constructed style sheets are allowed.
const STYLE_ELEMENTS = [
  [
    "document.documentElement.firstElementChild.appendChild(style);",
    "const sheet = new CSSStyleSheet(); sheet.replaceSync(style.textContent); document.adoptedStyleSheets.push(sheet);",
  ],
  [
    "document.head.insertBefore(style, document.head.childNodes[ document.head.childNodes.length - 1 ]);",
    "const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets.push(sheet);",
  ],
  ["style.innerHTML = css;", ""],
];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const { metafile } = await build({
  absWorkingDir: home,
  entryPoints: ["src/main.js", "src/styles/main.css", "src/icon.svg"],
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: ["chrome120", "firefox121", "safari17.4"],
  define: { "process.env.NODE_ENV": '"production"' },
  // The other files of igv set a global variable.
  alias: { igv: path.join(home, "node_modules/igv/dist/igv.esm.js") },
  loader: { ".svg": "copy" },
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  legalComments: "linked",
  outdir: out,
  metafile: true,
  plugins: [{ name: "igv-styles", setup: (builder) => builder.onLoad({ filter: /igv\.esm\.js$/ }, withSheets) }],
});

/**
 * Replace igv's style elements. A new version of igv may need other replacements.
 * @param {{path: string}} file
 */
async function withSheets({ path: file }) {
  let contents = await readFile(file, "utf8");
  for (const [element = "", sheet = ""] of STYLE_ELEMENTS) {
    if (!contents.includes(element)) throw new Error(`igv no longer says ${element}`);
    contents = contents.replace(element, () => sheet);
  }
  return { contents, loader: /** @type {const} */ ("js") };
}

/**
 * Return the built file of an entry point.
 * @param {string} entry
 */
function built(entry) {
  const found = Object.entries(metafile.outputs).find(
    ([, { entryPoint, inputs }]) => (entryPoint ?? Object.keys(inputs)[0]) === entry,
  );
  if (!found) throw new Error(`${entry} was not built`);
  return path.relative("dist", found[0]);
}

/** @type {Record<string, string>} */
const names = { script: built("src/main.js"), style: built("src/styles/main.css"), icon: built("src/icon.svg") };
const template = await readFile(path.join(home, "src/index.html"), "utf8");
const page = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => names[name] ?? "");
await writeFile(path.join(out, "index.html"), page);
await writeFile(
  path.join(out, "assets/third-party-licences.txt"),
  (await Promise.all(bundled().map(notice))).join("\n"),
);

/** The names of the packages of npm that the bundle has code of, in alphabetical order. */
function bundled() {
  const names = Object.keys(metafile.inputs).map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/**
 * A package's name, version and declared licence, followed by the texts that its authors ask to be passed on.
 * @param {string} name
 */
async function notice(name) {
  const folder = path.join(home, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} comes without the text of its licence`);
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  return [`=== ${name} ${version} (${license})`, ...texts.map((text) => text.trim()), ""].join("\n\n");
}
