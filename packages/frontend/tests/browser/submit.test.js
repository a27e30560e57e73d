/** The form: the query, the genome, and the mistakes in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { genomeOf } from "../support/samples.js";
import { assertAccessible, picture } from "./browser.js";
import { GUIDES, suite } from "./suite.js";

/**
 * @import {Page} from "playwright-core"
 */

suite("submit", ({ at, standIn }) => {
  test("mistakes are shown beside the field, and nothing is sent", () =>
    at("#/", async (page) => {
      const query = page.getByLabel("Sequence", { exact: true });
      const send = page.getByRole("button", { name: "Design guides" });
      await genome(page).fill("GCF_1");
      await send.click();
      await page.getByText("Paste a DNA sequence").waitFor();
      await page.getByText("Choose a genome from the list").waitFor();
      assert.ok(await query.evaluate((element) => element === document.activeElement));
      await query.fill(`>one\n${GUIDES}\n>two\nACGT\nACGJ`);
      await send.click();
      await page.getByText("Sequence two, letter 8: “J” is not a nucleotide").waitFor();
      await assertAccessible(page);
      await picture(page, "mistake");
      await query.fill(`>one\n${GUIDES}\n>one again\n${GUIDES}`);
      await send.click();
      await page.getByText("Sequences 1 and 2 are both named “one”").waitFor();
      await query.fill(`1 ${GUIDES} 64*`);
      await page.getByText("4 characters that are not bases were removed: digits, “*”").waitFor();
      await query.press("Control+Enter");
      assert.equal(page.url(), `${standIn().url}#/`);
    }));

  test("a refusal of the API is shown, and the form can be used again", () =>
    at("#/", async (page) => {
      await page.getByLabel("Sequence", { exact: true }).fill(GUIDES);
      await page.locator(".chosen strong").waitFor();
      standIn().state.broken.set("/api/jobs", 429);
      const send = page.getByRole("button", { name: "Design guides" });
      await send.click();
      await page.getByText("This is broken for now.").waitFor();
      assert.ok(await send.isEnabled());
      standIn().state.broken.clear();
    }));

  test("a query is loaded from a file", () =>
    at("#/", async (page) => {
      await page
        .getByLabel("Sequence file")
        .setInputFiles({ name: "gene.fa", mimeType: "text/plain", buffer: Buffer.from(`>gene\n${GUIDES}\n`) });
      await page.getByText(`One sequence, ${GUIDES.length} bases.`).waitFor();
      assert.equal(await page.getByLabel("Sequence", { exact: true }).inputValue(), `>gene\n${GUIDES}\n`);
    }));

  test("a pasted or dropped text that is not a sequence is reported immediately", () =>
    at("#/", async (page) => {
      const query = page.getByLabel("Sequence", { exact: true });
      await query.focus();
      await page.keyboard.insertText("TP53");
      await query.evaluate((field) => field.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste" })));
      await page.getByText("“TP53” looks like a name").waitFor();
      await query.fill("");
      const drop = (/** @type {string} */ name, /** @type {number[]} */ bytes) =>
        query.evaluate(
          (field, [title, content]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(/** @type {number[]} */ (content))], String(title)));
            field.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
          },
          /** @type {const} */ ([name, bytes]),
        );
      await drop("gene.docx", [0x50, 0x4b, 3, 4, 0, 0xff, 0xd8]);
      await page.getByText("gene.docx is not a text file").waitFor();
      await drop("gene.fa", [...Buffer.from(`>gene\n${GUIDES}\n`)]);
      await page.getByText(`One sequence, ${GUIDES.length} bases.`).waitFor();
      assert.equal(await page.locator(".problem:not(:empty)").count(), 0);
    }));

  test("the example chooses its genome unless another is chosen", () =>
    at("#/", async (page) => {
      await genome(page).fill("");
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen", { hasText: "GCF_000840245.1" }).waitFor();
      await genome(page).fill("mine");
      await page.getByRole("button", { name: "Example: λ" }).click();
      assert.equal(await genome(page).inputValue(), "mine");
    }));

  test("a genome is found by keyboard and prepared", () =>
    at("#/", async (page) => {
      await page.getByLabel("Sequence", { exact: true }).fill(GUIDES);
      await genome(page).fill("escherichia");
      await page.getByRole("option").filter({ hasText: "GCF_000005845.2" }).waitFor();
      await picture(page, "search");
      await assertAccessible(page);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      assert.match(
        await page.locator(".chosen").innerText(),
        /Escherichia coli.*4\.64 Mb.*will be prepared once, about 2 min/,
      );
      // Waited for from the beginning: each of the stand-in's states lasts for one reading of the job.
      await Promise.all([
        page.getByRole("heading", { name: "Preparing the genome" }).waitFor(),
        page.getByText(/genome ready in about 2 min/).waitFor(),
        page.getByText(/sequence, .* of 4\.64 MB/).waitFor(),
        page.getByRole("button", { name: "Design guides" }).click(),
      ]);
      await picture(page, "preparing");
      await assertAccessible(page);
    }));

  test("an accession that does not exist is reported beside the field, when typed or submitted", () =>
    at("#/", async (page) => {
      await page.getByLabel("Sequence", { exact: true }).fill(GUIDES);
      const box = genome(page);
      const problem = page.locator("#genome-problem");
      await box.fill("GCF_000000001.1");
      await problem
        .getByText("NCBI withdrew GCF_000000001.1 (Danio rerio): many frameshifted proteins; use GCF_000000001.2.")
        .waitFor();
      assert.equal(await box.getAttribute("aria-invalid"), "true");
      assert.equal(await page.locator("#genome-list [role=option]").count(), 0);
      await assertAccessible(page);
      await picture(page, "withdrawn");
      await box.fill("gcf_000000000.1");
      await page.getByRole("button", { name: "Design guides" }).click();
      await problem.getByText("NCBI has no assembly GCF_000000000.1; check the accession and its version.").waitFor();
      await box.fill("GCF_000099999");
      await page.getByText("An accession ends with its version, such as GCF_000099999.1.").first().waitFor();
      assert.equal(await problem.innerText(), "");
      await page.getByRole("button", { name: "Design guides" }).click();
      await problem.getByText("GCF_000099999 has no version").waitFor();
      assert.equal(page.url(), `${standIn().url}#/`);
    }));

  test("an accession that is typed in full is found, with the one that has replaced it", () =>
    at("#/", async (page) => {
      const box = genome(page);
      await box.fill("GCF_000005845.1");
      await page.locator(".chosen", { hasText: "ASM584v1" }).waitFor();
      assert.match(await page.locator(".chosen").innerText(), /replaced by GCF_000005845\.2/);
      await page.getByRole("option").filter({ hasText: "GCF_000005845.2" }).last().click();
      assert.match(await page.locator(".chosen").innerText(), /GCF_000005845\.2/);
    }));

  test("a failed genome is listed with its reason, and can be tried again", () =>
    at("#/", async (page) => {
      const failed = genomeOf("strain-7", {
        name: "strain-7.fa",
        state: "failed",
        reason: "strain-7.fa, line 2: not FASTA",
      });
      standIn().state.genomes.set("strain-7", failed);
      await page.reload();
      await page.locator(".chosen strong").waitFor();
      assert.doesNotMatch(await genome(page).inputValue(), /strain-7/);
      await genome(page).fill("strain-7");
      await page.getByRole("option").filter({ hasText: "preparation failed: strain-7.fa, line 2: not FASTA" }).click();
      assert.match(await page.locator(".chosen").innerText(), /strain-7.*not FASTA.*a new job will try again/);
      standIn().state.genomes.delete("strain-7");
    }));

  test("of hundreds of genomes the first are shown, and all are found", () =>
    at("#/", async (page) => {
      const names = Array.from({ length: 450 }, (_, index) => `lab-${index}`);
      for (const name of names) standIn().state.genomes.set(name, genomeOf(name));
      await page.reload();
      await page.locator(".chosen strong").waitFor();
      await genome(page).fill("la");
      await page.getByText(/more: type more of the name/).waitFor();
      assert.equal(await page.locator("#genome-list [role=option]").count(), 50);
      await genome(page).fill("lab-449");
      await page.getByRole("option").filter({ hasText: "lab-449" }).click();
      assert.match(await page.locator(".chosen").innerText(), /lab-449/);
      for (const name of names) standIn().state.genomes.delete(name);
    }));

  test("a failed search is reported, and an accession can still be chosen", () =>
    at("#/", async (page) => {
      standIn().state.broken.set("/api/genomes/search", 503);
      await genome(page).fill("mouse");
      await page.getByText("NCBI cannot be searched now").first().waitFor();
      await genome(page).fill("GCF_000001635.27");
      await page.getByRole("option").filter({ hasText: "GCF_000001635.27" }).click();
      assert.match(await page.locator(".chosen").innerText(), /GCF_000001635\.27/);
      standIn().state.broken.clear();
    }));

  test("the user's own guides are scored, without a map", () =>
    at("#/", async (page) => {
      await page.getByRole("tab", { name: "A sequence" }).focus();
      await page.keyboard.press("ArrowLeft");
      const guides = page.getByLabel("Guides", { exact: true });
      await guides.fill("ACGT\n");
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("Line 1: 4 bases. A guide has 20, or 23 with its PAM.").waitFor();
      await page.getByRole("button", { name: "Example: three guides" }).click();
      await picture(page, "own-guides");
      await assertAccessible(page);
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Guides for 3 own guides" }).waitFor();
      await page.locator(".tabulator-row").nth(2).waitFor();
      assert.equal(await page.locator(".map").count(), 0);
      await assertAccessible(page);
    }));

  test("an upload includes its annotation, and can be cancelled", () =>
    at("#/", async (page) => {
      await page.getByLabel("Sequence", { exact: true }).fill(GUIDES);
      await page.getByLabel("Upload my own").check();
      await page
        .getByLabel("Genome file")
        .setInputFiles({ name: "strain.fa", mimeType: "text/plain", buffer: Buffer.from(`>a\n${GUIDES}\n`) });
      await page
        .getByLabel("Annotation file")
        .setInputFiles({ name: "strain.gff3", mimeType: "text/plain", buffer: Buffer.from("##gff-version 3\n") });
      await picture(page, "upload");
      await assertAccessible(page);
      standIn().state.uploads.length = 0;
      standIn().state.stalled = true;
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("button", { name: "Cancel the upload" }).click();
      await page.getByText("The upload was cancelled.").waitFor();
      standIn().state.stalled = false;
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.waitForURL(/#\/jobs\//);
      assert.deepEqual(
        standIn().state.uploads.map((body) => /uploads\/strain\/(\w+)/.exec(body)?.[1]),
        ["annotation", "genome"],
      );
    }));

  test("an email is offered if the deployment sends email, and its address is checked", () =>
    at("#/", async (page) => {
      const email = page.getByLabel("Email me when the job has finished");
      await page.locator(".chosen strong").waitFor();
      assert.ok(await email.isHidden());
      standIn().state.mailDomains = ["example.org"];
      await page.reload();
      await email.fill("someone@example.com");
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("Enter an address at example.org, or leave this empty.").waitFor();
      assert.ok(await email.evaluate((element) => element === document.activeElement));
      await picture(page, "email");
      await assertAccessible(page);
      await email.fill("someone@example.org");
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("Confirm the email that AWS has sent to someone@example.org").waitFor();
      await picture(page, "email-pending");
      await assertAccessible(page);
      assert.deepEqual(standIn().state.emails, ["someone@example.org"]);
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      assert.ok(await page.getByText("Confirm the email").isHidden());
      standIn().state.mailDomains = [];
    }));

  test("an address is withdrawn before the job has finished, and this browser forgets it", () =>
    at("#/", async (page) => {
      standIn().state.mailDomains = ["example.org"];
      standIn().state.held = true;
      await page.reload();
      await page.getByLabel("Email me when the job has finished").fill("someone@example.org");
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      const button = page.getByRole("button", { name: "Withdraw the address" });
      await button.waitFor();
      const [id = ""] = [...standIn().state.jobs.keys()].slice(-1);
      standIn().state.broken.set(`/api/jobs/${id}/email`, 409);
      await button.click();
      await page.getByText("The address could not be withdrawn. This is broken for now.").waitFor();
      standIn().state.broken.clear();
      await button.click();
      await page.getByText("The address is withdrawn: no email will be sent.").waitFor();
      assert.ok(await button.isHidden());
      await assertAccessible(page);
      assert.equal(standIn().state.jobs.get(id)?.job.mailDue, false);
      const remembered = await page.evaluate(() => localStorage.getItem("crackling.jobs") ?? "");
      assert.match(remembered, new RegExp(`"id":"${id}"`));
      assert.doesNotMatch(remembered, /someone@example/);
      await page.reload();
      await page.getByText("submitted").waitFor();
      assert.ok(await button.isHidden());
      standIn().state.held = false;
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      standIn().state.mailDomains = [];
    }));

  test("the focus stays in the list when a recent job is forgotten", () =>
    at("#/", async (page) => {
      await page.evaluate(() =>
        localStorage.setItem(
          "crackling.jobs",
          JSON.stringify(
            ["a", "b", "c"].map((id) => ({ id, name: id, genome: "lambda", time: "2026-11-20T10:00:00Z" })),
          ),
        ),
      );
      await page.reload();
      await page.getByRole("button", { name: "Forget b" }).press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Forget c");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Forget a");
    }));

  test("recent jobs are listed, and can be forgotten", () =>
    at("#/", async (page) => {
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      await page.getByRole("link", { name: "Design", exact: true }).click();
      assert.equal(await page.getByLabel("Sequence", { exact: true }).inputValue(), EXAMPLE);
      const recent = page.getByRole("complementary", { name: "Recent jobs" });
      await recent.getByRole("link", { name: "lambda_cI" }).waitFor();
      await picture(page, "recent");
      await assertAccessible(page);
      await recent.getByRole("button", { name: "Forget lambda_cI" }).click();
      await recent.waitFor({ state: "hidden" });
    }));
});

/** @param {Page} page */
function genome(page) {
  return page.getByRole("combobox", { name: "Genome" });
}
