import { h } from "../dom/elements.js";

const ITEMS = [
  ["Every guide", "20 bases before an NGG, on both strands, with its efficiency by three published methods."],
  [
    "Every off-target",
    "All sites within four mismatches, each with its place, its alignment, MIT and CFD, and its gene where the genome has an annotation.",
  ],
  [
    "What to do with them",
    "A map, filters, oligos to order, and files for Excel, SnapGene, Benchling and genome browsers.",
  ],
  [
    "A link",
    "Results open in any browser until the day that they are deleted. Your sequence stays in this deployment.",
  ],
];

/** What somebody gets who fills in the form, for those who see it the first time. */
export function offer() {
  return h(
    "aside",
    { class: "offer", "aria-labelledby": "offer-title" },
    h("h2", { id: "offer-title" }, "What you get"),
    h("dl", {}, ...ITEMS.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
  );
}
