/** @type {Record<string, string>} */
const COMPLEMENTS = {
  A: "T",
  C: "G",
  G: "C",
  T: "A",
  R: "Y",
  Y: "R",
  S: "S",
  W: "W",
  K: "M",
  M: "K",
  B: "V",
  V: "B",
  D: "H",
  H: "D",
  N: "N",
};
/** @type {Record<string, string>} */
const CODES = {
  A: "A",
  C: "C",
  G: "G",
  T: "T",
  U: "T",
  R: "AG",
  Y: "CT",
  S: "CG",
  W: "AT",
  K: "GT",
  M: "AC",
  B: "CGT",
  D: "AGT",
  H: "ACT",
  V: "ACG",
  N: "ACGT",
};

/**
 * @param {string} sequence in upper case; letters that are not nucleotides are kept
 */
export function reverseComplement(sequence) {
  return [...sequence]
    .reverse()
    .map((base) => COMPLEMENTS[base] ?? base)
    .join("");
}

/**
 * Return a regular expression for a motif of IUPAC letters.
 * @param {string} motif
 * @returns {RegExp | null} null if a letter is not a IUPAC code
 */
export function motifPattern(motif) {
  const classes = [...motif.toUpperCase()].map((letter) => CODES[letter]);
  return classes.every(Boolean) ? new RegExp(classes.map((bases) => `[${bases}]`).join("")) : null;
}
