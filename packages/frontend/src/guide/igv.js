/** igv, which is loaded when it is first opened. It gets all that it shows from here and sends no requests. */

import igv from "igv";
import { locationOf } from "../model/format.js";
import { holdsContigs } from "../model/genome-file.js";
import { sitesAsFasta } from "../model/sites-fasta.js";

/**
 * @import {OffTarget} from "../types.js"
 */

/** @typedef {{goTo: (site: OffTarget) => Promise<void>, close: () => void}} GenomeBrowser */

const AROUND = 40;
// By the number of mismatches: fewer are a greater risk. The colours go from red to grey.
const COLOURS = ["#b3261e", "#d1661a", "#b8860b", "#5c7f8a", "#8a9499"];

/**
 * Open igv.
 * @param {HTMLElement} holder
 * @param {object} content
 * @param {string} content.genome
 * @param {OffTarget[]} content.offTargets
 * @param {File | null} content.fasta the genome, if it is small enough to be read as a whole
 * @param {OffTarget} content.first the site to show first
 * @returns {Promise<GenomeBrowser>}
 */
export async function openBrowser(holder, { genome, offTargets, fasta, first }) {
  const fastaURL =
    fasta && (await holdsContigs(fasta, offTargets))
      ? fasta
      : `data:text/plain;base64,${btoa(sitesAsFasta(offTargets))}`;
  const browser = await igv.createBrowser(
    holder,
    /** @type {any} its types lack references that are given inline */ ({
      reference: { id: genome, name: genome, fastaURL, indexed: false, tracks: [] },
      locus: aroundOf(first),
      // Otherwise igv looks up unknown names on a server of its makers, even the name of the only contig at the start.
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
          features: offTargets.map(featureOf),
        },
      ],
    }),
  );
  if (holder.shadowRoot) improve(holder.shadowRoot);
  return {
    goTo: async (site) => void (await browser.search(aroundOf(site))),
    close: () => igv.removeBrowser(browser),
  };
}

/**
 * Name the controls of igv, and keep the size of its window on one line.
 * @param {ShadowRoot} root
 */
function improve(root) {
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
 * Return the location of a site with its surroundings, counted from 1 as igv does.
 * @param {OffTarget} site
 */
function aroundOf({ contig, start, end }) {
  return locationOf({ contig, start: Math.max(0, start - AROUND), end: end + AROUND });
}

/** @param {OffTarget} site */
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
