import { h } from "../dom/elements.js";

const ITEMS = [
  ["Every guide", "Every 20 bases before an NGG on both strands, with their efficiency by three published methods."],
  [
    "Every off-target",
    "All sites within four mismatches, each with its location, alignment, MIT and CFD, and its gene if the genome has an annotation.",
  ],
  [
    "What to do with them",
    "A map, filters, oligos to order, and files for Excel, SnapGene, Benchling and genome browsers.",
  ],
  ["A link", "Results open in any browser until they are deleted. Your sequence stays in this deployment."],
];

/** Create the list of what the form gives, for users who see it for the first time. */
export function offer() {
  return h(
    "aside",
    { class: "offer", "aria-labelledby": "offer-title" },
    h("h2", { id: "offer-title" }, "What you get"),
    h("dl", {}, ...ITEMS.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
  );
}
