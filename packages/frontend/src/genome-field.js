import { fill, h } from "./dom.js";
import { field } from "./field.js";
import { genomeIdOf, isAccession, isGenomeId, sendFile } from "./upload.js";

/**
 * @import {Api} from "./api.js"
 * @import {Genome} from "./types.js"
 */

/** @typedef {"known" | "accession" | "upload"} Kind */

/**
 * The part of the form that names the genome: one that is here, an accession of NCBI, or a file to upload.
 * @param {Api} api
 */
export function genomeField(api) {
  const known = field("Genome", h("select", { id: "genome-known" }), "Genomes that were used before are ready at once.");
  const accession = field(
    "Accession",
    h("input", { id: "genome-accession", placeholder: "GCF_000840245.1", autocomplete: "off", spellcheck: "false" }),
    "An assembly of NCBI, with its version. It is fetched and prepared once; that takes minutes.",
  );
  const file = field(
    "File",
    h("input", { id: "genome-file", type: "file", accept: ".fa,.fasta,.fna,.fas,.gz", change: () => suggestId() }),
    "FASTA, plain or compressed with gzip.",
  );
  const id = field(
    "Name",
    h("input", { id: "genome-id", autocomplete: "off", spellcheck: "false", maxlength: 64 }),
    "What the genome is called from now on: letters, digits, dot, hyphen and underscore.",
  );
  const panels = {
    known: h("div", {}, known.element),
    accession: h("div", {}, accession.element),
    upload: h("div", {}, file.element, id.element),
  };
  /** @type {Kind} */
  let kind = "known";

  function suggestId() {
    const chosen = file.control.files?.[0];
    if (chosen && !id.control.value) id.control.value = genomeIdOf(chosen.name);
    file.complain(null);
  }

  /** @param {Kind} chosen */
  function choose(chosen) {
    kind = chosen;
    for (const [name, panel] of Object.entries(panels)) panel.hidden = name !== chosen;
    for (const radio of radios) radio.checked = radio.value === chosen;
  }

  const labels = { known: "Ready here", accession: "From NCBI", upload: "Upload a file" };
  const radios = /** @type {Kind[]} */ (Object.keys(labels)).map((name) =>
    h("input", { type: "radio", name: "genome-kind", value: name, id: `kind-${name}`, change: () => choose(name) }),
  );
  choose("known");

  async function list() {
    const { genomes } = await api.genomes();
    const usable = genomes.filter(({ state }) => state === "ready" || state === "preparing");
    fill(known.control, ...usable.map((genome) => h("option", { value: genome.genome }, describe(genome))));
    if (usable.length === 0) {
      fill(known.control, h("option", { value: "" }, "none yet"));
      choose("accession");
    }
  }

  return {
    element: h("fieldset", {},
      h("legend", {}, "Genome to search for off-targets"),
      h("div", { class: "choices" }, ...radios.map((radio) => h("label", {}, radio, labels[/** @type {Kind} */ (radio.value)]))),
      ...Object.values(panels),
    ),
    list,
    /** @returns {HTMLElement | null} the first control that needs a change */
    check() {
      if (kind === "known") return known.complain(known.control.value ? null : "Choose a genome.") ? null : known.control;
      if (kind === "accession") {
        const problem = "An accession looks like GCF_000840245.1 or GCA_000001405.29.";
        return accession.complain(isAccession(accession.control.value.trim()) ? null : problem) ? null : accession.control;
      }
      const named = id.complain(isGenomeId(id.control.value) ? null : "Begin with a letter or digit, and use no spaces. Accessions are kept for NCBI’s assemblies.");
      const loaded = file.complain(file.control.files?.[0] ? null : "Choose a FASTA file.");
      return loaded ? (named ? null : id.control) : file.control;
    },
    /**
     * The genome's id; a chosen file is uploaded first.
     * @param {(share: number) => void} onUpload 0 to 1
     * @param {AbortSignal} signal
     * @returns {Promise<string>}
     */
    async value(onUpload, signal) {
      if (kind === "known") return known.control.value;
      if (kind === "accession") return accession.control.value.trim();
      const chosen = /** @type {File} */ (file.control.files?.[0]);
      const { upload } = await api.announceGenome(id.control.value, chosen.name);
      await sendFile(upload, chosen, onUpload, signal);
      return id.control.value;
    },
  };
}

/** @param {Genome} genome */
function describe({ genome, name, bases, state }) {
  const size = bases === null ? "" : ` · ${readable(bases)}`;
  const title = name && name !== genome ? `${name} (${genome})` : genome;
  return `${title}${size}${state === "ready" ? "" : " · being prepared"}`;
}

/** @param {number} bases */
function readable(bases) {
  if (bases < 1e6) return `${(bases / 1e3).toFixed(1)} kb`;
  return bases < 1e9 ? `${(bases / 1e6).toFixed(1)} Mb` : `${(bases / 1e9).toFixed(2)} Gb`;
}
