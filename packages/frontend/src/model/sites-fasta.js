import { reverseComplement } from "./dna.js";
import { locationOf } from "./format.js";

/**
 * @import {OffTarget} from "../types.js"
 */

const MARGIN = 1000;

/**
 * Return the bases of the sites at their locations, in the form of FASTA that igv reads for parts of contigs. The rest of
 * the genome is left out, so that contigs seem to end after their last site.
 * @param {OffTarget[]} sites
 */
export function sitesAsFasta(sites) {
  /** @type {Map<string, number>} */
  const lengths = new Map();
  for (const { contig, end } of sites) lengths.set(contig, Math.max(lengths.get(contig) ?? 0, end + MARGIN));
  const distinct = sites.filter(
    ({ contig, start }, index) =>
      sites.findIndex((other) => other.contig === contig && other.start === start) === index,
  );
  return distinct
    .map(({ contig, start, end, strand, site, pam }) => {
      const read = site + pam;
      return `>${locationOf({ contig, start, end })} @len=${lengths.get(contig)}\n${strand === "+" ? read : reverseComplement(read)}\n`;
    })
    .join("");
}
