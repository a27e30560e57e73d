/**
 * @import {Api} from "../api.js"
 */

// As a browser reads within seconds: the genome of a bacterium or of yeast.
const MOST_BYTES = 8_000_000;
const GZIP = [0x1f, 0x8b];

/**
 * A small genome's sequence. The genome browser does with less, so that whatever goes wrong is no failure.
 * @param {Api} api
 * @param {string} genome
 * @returns {Promise<File | null>}
 */
export async function genomeFile(api, genome) {
  try {
    const { files } = await api.genomeFiles(genome);
    const fasta = files.find(({ part }) => part === "fasta");
    if (!fasta || fasta.bytes > MOST_BYTES) return null;
    const answer = await fetch(fasta.url);
    return answer.ok ? new File([await plain(await answer.arrayBuffer())], `${genome}.fa`) : null;
  } catch {
    return null;
  }
}

/**
 * Whether a FASTA has the contigs of all these places. igv shows nothing of a contig that it does not know.
 * @param {Blob} fasta
 * @param {{contig: string}[]} places
 */
export async function holdsContigs(fasta, places) {
  const names = new Set([...(await fasta.text()).matchAll(/^>(\S+)/gm)].map(([, name]) => name));
  return places.every(({ contig }) => names.has(contig));
}

/** @param {ArrayBuffer} bytes */
async function plain(bytes) {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== GZIP[0] || second !== GZIP[1]) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
