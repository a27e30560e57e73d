/**
 * Do what a user does, from the first look to the downloaded file. PAGE_URL names a page that is deployed, with a genome
 * ready there; without it the page of dist/ is served with a stand-in for the API.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { startStandIn } from "../support/stand-in.js";
import { randomBases } from "../support/targets.js";
import { assertAccessible, launch, picture, readAll, skip, timed, withPage } from "./browser.js";

/**
 * @import {Browser, Page} from "playwright-core"
 */

const PATIENCE = 120_000;
// In milliseconds. A page that does not respond for longer seems broken.
const LONGEST_TASK = 2000;
// As large as a query may be, and so poor in G and C that its guides are ten thousands, few of which are folded.
const LARGEST = `>largest\n${randomBases(1_000_000, "AAAAAAACCGGTTTTTTT").replace(/.{1,80}/g, "$&\n")}`;

describe("a user's journey", { skip }, () => {
  /** @type {Browser} */
  let browser;
  let address = process.env.PAGE_URL ?? "";
  let stop = () => {};

  before(async () => {
    if (!address) {
      const standIn = await startStandIn();
      ({ url: address, stop } = standIn);
    }
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    stop();
  });

  /** @param {Page} page */
  async function submitExample(page) {
    await page.getByRole("button", { name: "Example: λ" }).click();
    await page.locator(".chosen strong").waitFor();
    await page.getByRole("button", { name: "Design guides" }).click();
    await page.waitForURL(/#\/jobs\//);
  }

  /** @param {Page} page */
  async function complete(page) {
    await page.getByRole("heading", { name: "Complete" }).waitFor({ timeout: PATIENCE });
    await page.locator(".tabulator-row").first().waitFor();
  }

  test("from a sequence to guides, off-targets and a file", () =>
    withPage(browser, address, async (page) => {
      await page.getByLabel("Sequence", { exact: true }).waitFor();
      await page.locator(".chosen strong").waitFor();
      await picture(page, "form");
      await assertAccessible(page);
      await submitExample(page);
      // The stages disappear when the job is complete, which may be before anybody can see them.
      await page.locator(".stages li").nth(3).waitFor({ state: "attached" });
      await complete(page);
      await page.locator(".la-vz-annotation").first().waitFor();
      await picture(page, "results");
      await assertAccessible(page);
      const summary = await page.locator(".summary").innerText();
      const guides = Number(/^(\d+) guides/.exec(summary)?.[1]);
      assert.ok(guides > 20, summary);

      await page.getByRole("form", { name: "Filters" }).getByLabel("Efficient").check();
      const efficient = Number(/; (\d+) shown$/.exec(await page.locator(".summary").innerText())?.[1]);
      assert.ok(efficient > 0 && efficient < guides);

      await page.locator("button.guide").first().click();
      await page.locator(".sites tbody tr").nth(1).waitFor();
      assert.match(await page.locator("dialog tr.query code").first().innerText(), /^[ACGT]{20}$/);
      assert.match(await page.locator("dialog .content").innerText(), /within 4 mismatches/);
      await picture(page, "off-targets");
      await assertAccessible(page);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "hidden" });

      await page.getByText("Download", { exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "CSV" }).click(),
      ]);
      const lines = (await readAll(download)).trim().split("\n");
      assert.equal(lines.length, guides + 1);
      assert.match(lines[0] ?? "", /^id,contig,start,end,strand,guide,pam,/);

      const links = await page
        .locator(".formats a")
        .evaluateAll((all) => all.map((link) => /** @type {HTMLAnchorElement} */ (link).href));
      assert.equal(links.length, 9);
      for (const link of links) {
        const answer = await page.request.get(link);
        assert.equal(answer.status(), 200, link);
        assert.ok((await answer.body()).length > 500, link);
      }
    }));

  test("a gene copied from a web page becomes a workbook of guides and two oligos", (context) =>
    withPage(browser, address, async (page) => {
      await page.locator(".chosen strong").waitFor();
      await page.getByLabel("Sequence", { exact: true }).fill(asWebPage(EXAMPLE));
      await page.getByText(/^One sequence, 714 bases\./).waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await complete(page);
      const filters = page.getByRole("form", { name: "Filters" });
      await filters.getByLabel("Efficient").check();
      await filters.getByLabel("Specific").check();
      const guide = page.locator("button.guide").first();
      const letters = (await guide.innerText()).slice(0, 20);
      await guide.click();
      const oligos = page.getByRole("region", { name: "Oligos" });
      assert.ok((await oligos.locator("code").first().innerText()).includes(letters));
      await page.keyboard.press("Escape");
      await page.getByText("Download", { exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Excel" }).click(),
      ]);
      assert.match(download.suggestedFilename(), /\.xlsx$/);
      assert.ok((await readAll(download)).length > 500);
      const seconds = await page.evaluate(() => (Date.now() - performance.timeOrigin) / 1000);
      context.diagnostic(`from the page's address to the workbook: ${seconds.toFixed(1)} s`);
    }));

  test("the user's own guides are scored", () =>
    withPage(browser, address, async (page) => {
      await page.getByRole("tab", { name: "My own guides" }).click();
      await page.getByRole("button", { name: "Example: three guides" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await complete(page);
      assert.match(await page.locator(".summary").innerText(), /^3 guides;/);
      await picture(page, "own-guides-results");
      await page.locator("button.guide").first().click();
      await page.locator(".off-targets .summary, .off-targets > p:not([role])").first().waitFor();
      await assertAccessible(page);
    }));

  test("a region of the genome is a query, and names its job", () =>
    withPage(browser, address, async (page) => {
      await page.getByRole("tab", { name: "A gene or region" }).click();
      const region = page.getByLabel("Gene or region", { exact: true });
      await region.fill("NC_001416.1:9-8");
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("the end must not be before the start").waitFor();
      await assertAccessible(page);
      await picture(page, "region");
      await page.getByRole("button", { name: "Example: λ cI" }).click();
      await page.getByText("714 bases of the genome.").waitFor();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await complete(page);
      assert.match(await page.locator(".summary").innerText(), /^75 guides;/);
      await page.getByRole("heading", { name: "Guides for NC_001416.1:37,227-37,940" }).waitFor();
      await withPage(browser, page.url(), (other) =>
        other.getByRole("heading", { name: /Guides for NC_001416\.1:37,?227-37,?940/ }).waitFor(),
      );
    }));

  test("a file that is not a genome fails with its reason", () =>
    withPage(browser, address, async (page) => {
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.getByLabel("Upload my own").check();
      await page.getByLabel("Genome file", { exact: true }).setInputFiles({
        name: `letter-${Date.now()}.fa`,
        mimeType: "text/plain",
        buffer: Buffer.from("Dear colleague, the genome follows.\n"),
      });
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Failed" }).waitFor({ timeout: PATIENCE });
      const notice = await page.locator(".progress").getByRole("alert").innerText();
      assert.match(notice, /Why: (?!The reason is not known).{20,}[\s\S]*What to do: A new job/);
      await picture(page, "no-genome");
      await assertAccessible(page);
    }));

  test("the address of a job opens in another browser, and Back returns to the form", () =>
    withPage(browser, address, async (page) => {
      await submitExample(page);
      await complete(page);
      const permalink = page.url();
      await withPage(browser, permalink, async (other) => {
        await complete(other);
        await other.reload();
        await complete(other);
      });
      await page.goBack();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
    }));

  test("a genome that is found by its organism is prepared with its genes", () =>
    withPage(browser, address, async (page) => {
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.getByRole("combobox", { name: "Genome" }).fill("escherichia coli");
      const option = page.getByRole("option").filter({ hasText: "(E. coli)" });
      await option.waitFor();
      assert.match(
        await option.innerText(),
        /Escherichia coli[\s\S]*will be prepared once, about \d+ (s|min)[\s\S]*GC[AF]_\d{9}\.\d+ · ASM\w+ · Complete Genome · reference · [\d.]+ [kM]b/,
      );
      await picture(page, "organism");
      await option.click();
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Preparing the genome" }).waitFor();
      await page
        .locator(".clock", {
          hasText: /genome ready in about \d+ (s|min)|the genome takes longer than the expected \d+ s/,
        })
        .waitFor();
      // The download of the genes is slow here, and that of the sequence is over: the page names what runs.
      await page.locator(".stages .current", { hasText: /: sequence, looking for genes$/ }).waitFor();
      await picture(page, "organism-progress");
      await complete(page);
      assert.match(await page.locator(".about").innerText(), /Escherichia coli/);
      await page.getByRole("columnheader", { name: "Gene" }).waitFor();
      // The genome that was used last is chosen.
      await page.getByRole("link", { name: "Design", exact: true }).click();
      await page.locator(".chosen", { hasText: "Escherichia coli" }).waitFor();
      await page.getByRole("complementary", { name: "Recent jobs" }).getByRole("link").first().click();
      await complete(page);
    }));

  test("the largest query gives guides that are scrolled, sorted, filtered and downloaded", (context) =>
    withPage(browser, address, async (page) => {
      const rows = page.locator(".tabulator-row");
      // Rows are drawn a moment after the table was scrolled or filtered.
      const shows = (/** @type {string} */ name, /** @type {RegExp} */ text) =>
        rows.first().locator(`[tabulator-field="${name}"]`, { hasText: text }).waitFor();
      /** @param {string} what @param {() => Promise<unknown>} run */
      const step = async (what, run) => {
        const { milliseconds, longestTask } = await timed(page, run);
        context.diagnostic(`${what}: ${milliseconds} ms, longest task ${longestTask} ms`);
        assert.ok(longestTask < LONGEST_TASK, `${what}: the page did not respond for ${longestTask} ms`);
      };

      await page.locator(".chosen strong").waitFor();
      await step("load the file", async () => {
        await page
          .getByLabel("Sequence file")
          .setInputFiles({ name: "largest.fa", mimeType: "text/plain", buffer: Buffer.from(LARGEST) });
        await page.getByText("One sequence, 1,000,000 bases.").waitFor();
      });
      await step("submit", async () => {
        await page.getByRole("button", { name: "Design guides" }).click();
        await page.waitForURL(/#\/jobs\//);
      });
      await step("design", async () => {
        await page
          .locator(".stages .current .detail", { hasText: /of \d\d,\d{3} guides/ })
          .first()
          .waitFor({ timeout: PATIENCE });
        await picture(page, "largest-progress");
        await page.getByRole("heading", { name: "Complete" }).waitFor({ timeout: PATIENCE });
      });
      await step("show", () => page.locator(".la-vz-annotation").first().waitFor());
      const rest = page.getByRole("button", { name: /^Read the other / });
      await step("read the rest", async () => {
        await rest.click();
        await rest.waitFor({ state: "detached" });
      });
      const summary = page.locator(".summary");
      const guides = Number(/^([\d,]+) guides;/.exec(await summary.innerText())?.[1]?.replaceAll(",", ""));
      assert.ok(guides > 20_000 && guides < 30_000, `${guides} guides`);
      await picture(page, "largest");
      await step("scroll", async () => {
        // The height of rows out of sight is an estimate, so that the end is reached in more than one go.
        await page.waitForFunction(
          (last) => {
            const holder = document.querySelector(".tabulator-tableholder");
            if (holder) holder.scrollTop = holder.scrollHeight;
            return document.querySelector('.tabulator-row:last-child [tabulator-field="id"]')?.textContent === last;
          },
          String(guides),
          { polling: 100 },
        );
      });
      await step("sort", async () => {
        await page.getByRole("button", { name: "GC %" }).click();
        await page.locator('[tabulator-field="gc"][aria-sort="ascending"]').waitFor();
      });
      await page.locator(".tabulator-tableholder").evaluate((holder) => holder.scrollTo({ top: 0 }));
      await shows("gc", /^[0-5](\.\d+)?$/);
      await step("filter", async () => {
        await page.getByRole("form", { name: "Filters" }).getByLabel("Efficient").check();
        await page.waitForFunction(() => /; [\d,]+ shown$/.test(document.querySelector(".summary")?.textContent ?? ""));
      });
      await shows("efficient", /yes/);
      await step("choose", async () => {
        await page.locator("button.guide").first().click();
        await page.locator("dialog[open]").waitFor();
        await page.keyboard.press("Escape");
      });

      await page.getByText("Download", { exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "CSV" }).click(),
      ]);
      const lines = (await readAll(download)).trim().split("\n");
      assert.equal(lines.length, guides + 1);
    }));

  test("with the user's own genome", () =>
    withPage(browser, address, async (page) => {
      const bases = randomBases(3000);
      await page.getByLabel("Upload my own").check();
      const name = `mine-${Date.now()}`;
      await page
        .getByLabel("Genome file", { exact: true })
        .setInputFiles({ name: `${name}.fa`, mimeType: "text/plain", buffer: Buffer.from(`>contig_1\n${bases}\n`) });
      const genes = `##gff-version 3\ncontig_1\ttest\tgene\t401\t900\t.\t+\t.\tID=gene1;Name=tstA\n`;
      await page
        .getByLabel("Annotation file")
        .setInputFiles({ name: "genes.gff3", mimeType: "text/plain", buffer: Buffer.from(genes) });
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name);
      await page.getByLabel("Sequence", { exact: true }).fill(`${bases.slice(500, 700)}ACGTTGCATTAGCAATCGTACGTGG`);
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.waitForURL(/#\/jobs\//);
      await complete(page);
      assert.match(await page.locator(".about").innerText(), new RegExp(name));
      await page.getByRole("columnheader", { name: "Gene" }).waitFor();
      await page.getByRole("gridcell", { name: "tstA" }).first().waitFor();
      await picture(page, "genes");
      await page.locator("button.guide").first().click();
      await page.locator(".sites").getByText("tstA").first().waitFor();
      const show = page.getByRole("button", { name: /^Show / }).first();
      const contig = /^Show (\w+):/.exec((await show.getAttribute("aria-label")) ?? "")?.[1];
      await show.click();
      await page.locator(".igv canvas").first().waitFor();
      assert.ok((await page.getByLabel("Genome browser: Locus Search").inputValue()).startsWith(`${contig}:`));
      await picture(page, "igv-own-genome");
    }));
});

/**
 * The bases as they are copied from a database's page: numbered, in blocks of ten, lower case, lines of Windows.
 * @param {string} fasta
 */
function asWebPage(fasta) {
  const bases = fasta
    .replace(/^>.*\n/, "")
    .replaceAll("\n", "")
    .toLowerCase();
  const lines = bases.match(/.{1,60}/g) ?? [];
  return lines
    .map((line, index) => `${String(60 * index + 1).padStart(9)} ${line.replace(/.{10}/g, "$& ")}\r\n`)
    .join("");
}
