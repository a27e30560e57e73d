import { fill, h } from "../dom/elements.js";
import { genomeIdOf, isGenomeId } from "../model/accessions.js";
import { sized } from "../model/format.js";
import { field } from "./field.js";
import { sharedField } from "./shared-field.js";
import { sendFile } from "./upload.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * Create the fields for uploading a genome: its file, its annotation and its name.
 * @param {Api} api
 */
export function uploadField(api) {
  const file = field(
    "Genome file",
    h("input", { id: "genome-file", type: "file", accept: ".fa,.fasta,.fna,.fas,.gz", change: () => suggestId() }),
    "FASTA, plain or compressed with gzip. It is stored in this deployment only.",
  );
  const annotation = field(
    "Annotation file (optional)",
    h("input", { id: "genome-annotation", type: "file", accept: ".gff,.gff3,.gtf,.gz" }),
    "GFF3 or GTF, plain or compressed with gzip. With it, off-targets are shown with their genes. Its names of contigs must be those of the genome file.",
  );
  const id = field(
    "Name",
    h("input", { id: "genome-id", autocomplete: "off", spellcheck: "false", maxlength: 64 }),
    "The name of the genome in this deployment: letters, digits, dots, hyphens and underscores.",
  );

  const sharing = sharedField("genome-shared", "Who may use it", "Only you", "Everybody who signs in here");
  sharing.element.hidden = api.signed === null;

  function suggestId() {
    const chosen = file.control.files?.[0];
    if (chosen && !id.control.value) id.control.value = genomeIdOf(chosen.name);
    file.showProblem(null);
  }

  const meter = uploadMeter();
  return {
    element: h(
      "div",
      { class: "fields" },
      file.element,
      annotation.element,
      id.element,
      sharing.element,
      meter.element,
    ),
    /** @returns {HTMLElement | null} the control that needs a change */
    check() {
      const loaded = file.showProblem(file.control.files?.[0] ? null : "Choose a FASTA file.");
      const named = id.showProblem(
        isGenomeId(id.control.value)
          ? null
          : "Begin with a letter or digit, and use no spaces. Accessions are reserved for NCBI’s assemblies.",
      );
      return loaded ? (named ? null : id.control) : file.control;
    },
    /**
     * Upload the files.
     * @param {AbortSignal} signal
     * @returns {Promise<string>} the genome's id
     */
    async value(signal) {
      const chosen = /** @type {File} */ (file.control.files?.[0]);
      const genes = annotation.control.files?.[0];
      const forms = await api.announceGenome(id.control.value, chosen.name, genes !== undefined, sharing.value());
      // The annotation goes first, because the upload of the genome's file starts the preparation.
      const second = forms.annotationUpload;
      if (genes && second)
        await meter.during(genes, signal, (onProgress, stop) => sendFile(second, genes, onProgress, stop));
      await meter.during(chosen, signal, (onProgress, stop) => sendFile(forms.upload, chosen, onProgress, stop));
      return id.control.value;
    },
  };
}

/** Create the progress bar of an upload, with a button to cancel it. */
function uploadMeter() {
  const line = h("p", { class: "note" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Upload" });
  const cancel = h("button", { type: "button" }, "Cancel the upload");
  const element = h("div", { class: "upload", hidden: true }, line, bar, cancel);
  return {
    element,
    /**
     * @param {File} file
     * @param {AbortSignal} signal
     * @param {(onProgress: (share: number) => void, signal: AbortSignal) => Promise<void>} send
     */
    async during(file, signal, send) {
      const cancelled = new AbortController();
      cancel.onclick = () => cancelled.abort();
      element.hidden = false;
      const onProgress = (/** @type {number} */ share) => {
        bar.value = share;
        fill(
          line,
          `${file.name}: ${sized(share * file.size, "B")} of ${sized(file.size, "B")}, ${Math.floor(share * 100)} %`,
        );
      };
      onProgress(0);
      try {
        await send(onProgress, AbortSignal.any([signal, cancelled.signal]));
      } finally {
        element.hidden = true;
      }
    },
  };
}
