/** igv, loaded when it is first opened. It is given all that it shows, and asks nobody for more. */

import igv from "igv";
import { locusOf } from "../model/format.js";
import { holdsContigs } from "../model/genome-file.js";
import { sitesAsFasta } from "../model/sites-fasta.js";

/**
 * @import {OffTarget} from "../types.js"
 */

/** @typedef {{goTo: (place: OffTarget) => Promise<void>, close: () => void}} GenomeBrowser */

const AROUND = 40;
// Few mismatches are a risk: the colours of the list, from red to grey.
const COLOURS = ["#b3261e", "#d1661a", "#b8860b", "#5c7f8a", "#8a9499"];

/**
 * @param {HTMLElement} holder
 * @param {string} genome
 * @param {OffTarget[]} places
 * @param {File | null} fasta the genome, where it is small enough to be read as a whole
 * @param {OffTarget} first the place to begin at
 * @returns {Promise<GenomeBrowser>}
 */
export async function openBrowser(holder, genome, places, fasta, first) {
  const fastaURL =
    fasta && (await holdsContigs(fasta, places)) ? fasta : `data:text/plain;base64,${btoa(sitesAsFasta(places))}`;
  const browser = await igv.createBrowser(
    holder,
    /** @type {any} its types know no reference that is spelt out */ ({
      reference: { id: genome, name: genome, fastaURL, indexed: false, tracks: [] },
      locus: aroundOf(first),
      // Names that are no place are looked up at its makers' server, even that of the only contig, with which it begins.
      search: false,
      loadDefaultGenomes: false,
      showSVGButton: false,
      queryParametersSupported: false,
      tracks: [
        {
          name: "Sites by mismatches",
          type: "annotation",
          displayMode: "EXPANDED",
          height: 120,
          features: places.map(featureOf),
        },
      ],
    }),
  );
  if (holder.shadowRoot) mend(holder.shadowRoot);
  return {
    goTo: async (place) => void (await browser.search(aroundOf(place))),
    close: () => igv.removeBrowser(browser),
  };
}

/**
 * igv leaves its controls without names, and breaks the size of the window over two lines.
 * @param {ShadowRoot} root
 */
function mend(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".igv-windowsize-panel-container { white-space: nowrap; margin-right: 1rem; }");
  root.adoptedStyleSheets.push(sheet);
  for (const control of root.querySelectorAll("input, select")) {
    const name =
      control.getAttribute("title") ??
      control.getAttribute("placeholder") ??
      control.getAttribute("name") ??
      control.getAttribute("type");
    control.setAttribute("aria-label", `Genome browser: ${name?.replaceAll("-", " ") ?? "control"}`);
  }
}

/**
 * A place with its surroundings; igv counts as people do.
 * @param {OffTarget} place
 */
function aroundOf({ contig, start, end }) {
  return locusOf({ contig, start: Math.max(0, start - AROUND), end: end + AROUND });
}

/** @param {OffTarget} place */
function featureOf({ contig, start, end, strand, mismatches, mit, cfd }) {
  return {
    chr: contig,
    start,
    end,
    strand,
    name: `${mismatches} mismatches`,
    color: COLOURS[mismatches] ?? "#888",
    MIT: mit.toFixed(2),
    CFD: cfd.toFixed(4),
  };
}
