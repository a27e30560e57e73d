import { fill, h } from "../dom/elements.js";
import { isAccession } from "../model/accessions.js";
import { locusOf } from "../model/format.js";
import { genomeFile } from "../model/genome-file.js";

/**
 * @import {Api} from "../api.js"
 * @import {OffTarget} from "../types.js"
 */

/**
 * igv, loaded when it is first opened, at an off-target; and ways to public browsers where the genome is public.
 * @param {Api} api
 * @param {string} genome
 * @param {() => OffTarget[]} places
 */
export function browserPanel(api, genome, places) {
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

  /** @param {OffTarget} place */
  async function locate(place) {
    element.hidden = false;
    fill(links, ...publicBrowsers(genome, place));
    try {
      if (!browser) fill(status, "Loading the genome browser…");
      browser ??= Promise.all([import("./igv.js"), genomeFile(api, genome)]).then(([{ openBrowser }, fasta]) =>
        openBrowser(holder, genome, places(), fasta, place),
      );
      await (await browser).goTo(place);
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
 * Links, not requests: nothing is sent anywhere unless the user follows one.
 * @param {string} genome
 * @param {OffTarget} place
 */
function publicBrowsers(genome, { contig, start, end }) {
  const own = "igv shows the sites of this guide, from this deployment. ";
  if (!isAccession(genome)) return [own];
  const away = { target: "_blank", rel: "noopener noreferrer" };
  const ncbi = `https://www.ncbi.nlm.nih.gov/gdv/browser/genome/?${new URLSearchParams({ acc: genome, chr: contig, from: String(start + 1), to: String(end) })}`;
  const ucsc = `https://genome.ucsc.edu/h/${genome}?${new URLSearchParams({ position: locusOf({ contig, start, end }) })}`;
  return [
    own,
    "With genes and other tracks, on other sites: ",
    h("a", { href: ncbi, ...away }, "NCBI Genome Data Viewer"),
    ", ",
    h("a", { href: ucsc, ...away }, "UCSC"),
    ".",
  ];
}
