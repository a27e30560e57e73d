import { reverseComplement } from "./dna.js";
import { locusOf } from "./format.js";

/**
 * @import {OffTarget} from "../types.js"
 */

const MARGIN = 1000;

/**
 * The bases of the sites at their places, in the form of FASTA that igv reads for parts of contigs. The rest of the
 * genome stays where it is, so that its contigs seem to end behind their last site.
 * @param {OffTarget[]} places
 */
export function sitesAsFasta(places) {
  /** @type {Map<string, number>} */
  const lengths = new Map();
  for (const { contig, end } of places) lengths.set(contig, Math.max(lengths.get(contig) ?? 0, end + MARGIN));
  const apart = places.filter(
    ({ contig, start }, index) =>
      places.findIndex((other) => other.contig === contig && other.start === start) === index,
  );
  return apart
    .map(({ contig, start, end, strand, site, pam }) => {
      const read = site + pam;
      return `>${locusOf({ contig, start, end })} @len=${lengths.get(contig)}\n${strand === "+" ? read : reverseComplement(read)}\n`;
    })
    .join("");
}
