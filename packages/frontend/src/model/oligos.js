/** The two oligos to order for cloning a guide. Annealed, they have the overhangs of the vector's enzyme. */

import { reverseComplement } from "./dna.js";

/**
 * @typedef {object} Cloning
 * @property {string} name
 * @property {string} forward overhang before the guide
 * @property {string} reverse overhang before its reverse complement
 * @property {string} site that the enzyme recognises; a guide that contains it is cut
 */

/** @type {Record<string, Cloning>} */
export const CLONINGS = {
  bbsi: { name: "BbsI (pX330, pX458, pX459)", forward: "CACC", reverse: "AAAC", site: "GAAGAC" },
  bsmbi: { name: "BsmBI / Esp3I (lentiGuide, lentiCRISPR v2)", forward: "CACC", reverse: "AAAC", site: "CGTCTC" },
  bsai: { name: "BsaI, T7 promoter (pDR274)", forward: "TAGG", reverse: "AAAC", site: "GGTCTC" },
};

/**
 * @param {string} guide 20 bases
 * @param {Pick<Cloning, "forward" | "reverse">} overhangs
 * @param {boolean} beginWithG put a G before a guide that does not begin with one, where U6 starts transcription
 * @returns {{forward: string, reverse: string, added: boolean}} 5′ to 3′
 */
export function oligosOf(guide, overhangs, beginWithG) {
  const added = beginWithG && !guide.startsWith("G");
  const insert = added ? `G${guide}` : guide;
  return { forward: overhangs.forward + insert, reverse: overhangs.reverse + reverseComplement(insert), added };
}

/**
 * Tell whether the vector's enzyme would cut the insert.
 * @param {string} insert
 * @param {string} site
 */
export function isCut(insert, site) {
  return site !== "" && (insert.includes(site) || insert.includes(reverseComplement(site)));
}

/** @param {string} text */
export function isOverhang(text) {
  return /^[ACGT]{0,12}$/.test(text);
}
