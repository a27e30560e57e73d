/**
 * @import {Api} from "../api.js"
 */

// A browser reads this much within seconds: the genome of a bacterium or of yeast.
const MAX_BYTES = 8_000_000;
const GZIP = [0x1f, 0x8b];

/**
 * Return the sequence of a small genome. The genome browser also works without it, so that any failure is ignored.
 * @param {Api} api
 * @param {string} genome
 * @returns {Promise<File | null>}
 */
export async function genomeFile(api, genome) {
  try {
    const { files } = await api.genomeFiles(genome);
    const fasta = files.find(({ part }) => part === "fasta");
    if (!fasta || fasta.bytes > MAX_BYTES) return null;
    const answer = await fetch(fasta.url);
    return answer.ok ? new File([await plain(await answer.arrayBuffer())], `${genome}.fa`) : null;
  } catch {
    return null;
  }
}

/**
 * Tell whether a FASTA has the contigs of all these sites. igv shows nothing on a contig that it does not know.
 * @param {Blob} fasta
 * @param {{contig: string}[]} sites
 */
export async function holdsContigs(fasta, sites) {
  const names = new Set([...(await fasta.text()).matchAll(/^>(\S+)/gm)].map(([, name]) => name));
  return sites.every(({ contig }) => names.has(contig));
}

/** @param {ArrayBuffer} bytes */
async function plain(bytes) {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== GZIP[0] || second !== GZIP[1]) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
