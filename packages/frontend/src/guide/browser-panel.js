import { fill, h } from "../dom/elements.js";
import { isAccession } from "../model/accessions.js";
import { locationOf } from "../model/format.js";
import { genomeFile } from "../model/genome-file.js";

/**
 * @import {Api} from "../api.js"
 * @import {OffTarget} from "../types.js"
 */

/**
 * Create the genome browser, which is loaded when it is first opened, and links to public browsers of public genomes.
 * @param {Api} api
 * @param {string} genome
 * @param {() => OffTarget[]} offTargets
 */
export function browserPanel(api, genome, offTargets) {
  const holder = h("div", { class: "igv" });
  const links = h("p", { class: "hint" });
  const status = h("p", { role: "status", class: "note" });
  const element = h(
    "section",
    { class: "browser", "aria-labelledby": "browser-title", hidden: true },
    h("h3", { id: "browser-title" }, "In the genome"),
    status,
    holder,
    links,
  );
  /** @type {Promise<import("./igv.js").GenomeBrowser> | null} */
  let browser = null;

  /**
   * Show a site in the browser.
   * @param {OffTarget} site
   */
  async function locate(site) {
    element.hidden = false;
    fill(links, ...publicBrowsers(genome, site));
    try {
      if (!browser) fill(status, "Loading the genome browser…");
      browser ??= Promise.all([import("./igv.js"), genomeFile(api, genome)]).then(([{ openBrowser }, fasta]) =>
        openBrowser(holder, { genome, offTargets: offTargets(), fasta, first: site }),
      );
      await (await browser).goTo(site);
      fill(status);
      element.scrollIntoView({ block: "nearest" });
    } catch (error) {
      browser = null;
      fill(status, `The genome browser cannot be shown: ${error instanceof Error ? error.message : error}`);
    }
  }

  return { element, locate, close: () => void browser?.then((opened) => opened.close()) };
}

/**
 * Return links to public genome browsers. Nothing is sent to them unless the user follows a link.
 * @param {string} genome
 * @param {OffTarget} site
 */
function publicBrowsers(genome, { contig, start, end }) {
  const own = "igv shows the sites of this guide with data of this deployment only. ";
  if (!isAccession(genome)) return [own];
  const away = { target: "_blank", rel: "noopener noreferrer" };
  const ncbi = `https://www.ncbi.nlm.nih.gov/gdv/browser/genome/?${new URLSearchParams({ acc: genome, chr: contig, from: String(start + 1), to: String(end) })}`;
  const ucsc = `https://genome.ucsc.edu/h/${genome}?${new URLSearchParams({ position: locationOf({ contig, start, end }) })}`;
  return [
    own,
    "Public browsers show genes and other tracks: ",
    h("a", { href: ncbi, ...away }, "NCBI Genome Data Viewer"),
    ", ",
    h("a", { href: ucsc, ...away }, "UCSC"),
    ".",
  ];
}
