/** What the warnings of a guide mean. */

/** @type {Record<string, string>} */
const MEANINGS = {
  TTTT: "four T in a row end transcription from U6 and other Pol III promoters",
  "low GC": "below 20 % a guide binds its target weakly",
  "high GC": "above 80 % a guide is often inactive",
  "not in genome":
    "it matches no place perfectly: it spans a splice junction, a variant or a construct, or this is another genome",
  "repeated in query": "the query holds the guide more than once, and is cut at each place",
  "NAG PAM": "Cas9 cuts at NAG far less well than at NGG",
};

/** @param {string} warning as the service words it */
export function meaningOf(warning) {
  return (
    MEANINGS[warning] ??
    (warning.endsWith("perfect matches") ? "the guide cuts at each of them, whatever its scores" : "")
  );
}
