/** Figures as people read them. */

const UNITS = /** @type {const} */ ([
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
]);

/** @param {number} value */
export function count(value) {
  return value.toLocaleString("en");
}

/**
 * @param {number} value
 * @param {string} one "guide"
 * @param {string} [many] where it is not the singular and an s
 */
export function countOf(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * With three digits and a prefix: 4.64 Mb.
 * @param {number} value
 * @param {string} unit
 */
export function sized(value, unit) {
  const [factor, prefix] = UNITS.find(([least]) => value >= least) ?? [1, ""];
  const figure = value / factor;
  const digits = factor === 1 || figure >= 100 ? 0 : figure >= 10 ? 1 : 2;
  return `${figure.toFixed(digits)} ${prefix}${unit}`;
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * A duration that nobody should take to the second.
 * @param {number} seconds
 */
export function roughly(seconds) {
  if (seconds < 50) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  if (seconds < 3300) return `${Math.max(1, Math.round(seconds / 60))} min`;
  const hours = Math.round(seconds / 1800) / 2;
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** @param {string} time ISO 8601 */
export function day(time) {
  return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/**
 * Where guide and PAM lie, as people count: from 1, the last base included, as in the command line's table.
 * @param {{start: number, end: number}} place 0-based and half-open
 */
export function placeOf({ start, end }) {
  return `${start + 1}-${end}`;
}

/** @param {{contig: string, start: number, end: number}} place 0-based and half-open */
export function locusOf(place) {
  return `${place.contig}:${placeOf(place)}`;
}

/** @param {string} strand */
export function strandSign(strand) {
  return strand === "-" ? "−" : "+";
}
