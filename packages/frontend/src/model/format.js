/** Numbers, durations and locations as people read them. */

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
 * @param {string} [many] if the plural is not the singular with an s
 */
export function countOf(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * Return a size with three digits and a prefix: 4.64 Mb.
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
 * Return a duration that is an estimate: 35 s, 2 min, 1.5 hours.
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
 * Return the first and the last base of guide and PAM, counted from 1 as in the command line's table: 19-41.
 * @param {{start: number, end: number}} location 0-based and half-open
 */
export function rangeOf({ start, end }) {
  return `${start + 1}-${end}`;
}

/**
 * Return a location as genome browsers write it: chr1:19-41.
 * @param {{contig: string, start: number, end: number}} location 0-based and half-open
 */
export function locationOf(location) {
  return `${location.contig}:${rangeOf(location)}`;
}

/**
 * Return the sign of a strand, with a minus as wide as the plus.
 * @param {string} strand
 */
export function strandSign(strand) {
  return strand === "-" ? "−" : "+";
}
