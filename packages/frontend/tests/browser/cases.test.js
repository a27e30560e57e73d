/** What a deployed page cannot be asked to show: failures, broken connections, very many guides. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { assertAccessible, launch, picture, skip, withPage } from "./browser.js";
import { jobOf, startFixture } from "./fixture.js";
import { findTargets, manyTargets } from "./targets.js";

/**
 * @import {Browser, BrowserContextOptions, Page} from "playwright-core"
 */

const GUIDES = "ACGTTGCATTAGCAATCGTACGTGGACCGATTAGCATTTTCCGGATAGGCTAACGGTTACCATGG";
const FAILURE = "The genome's file holds no sequence: mine.fa is empty. Upload it again.";

describe("the page", { skip }, () => {
  /** @type {Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof startFixture>>} */
  let fixture;

  before(async () => {
    const some = findTargets(GUIDES);
    const done = (/** @type {number} */ guides) => ({ status: /** @type {const} */ ("complete"), progress: { guides, onTarget: guides, offTarget: guides } });
    fixture = await startFixture({
      jobs: {
        failed: { job: jobOf("failed", { status: "failed", reason: FAILURE, genome: "mine" }), targets: [] },
        half: { job: jobOf("half", { status: "failed", reason: "Chunk 3 failed five times.", progress: { guides: 900, onTarget: 600, offTarget: 900 } }), targets: [] },
        some: { job: jobOf("some", done(some.length)), targets: some },
        none: { job: jobOf("none", done(0)), targets: [] },
        many: { job: jobOf("many", done(10_000)), targets: manyTargets(10_000) },
        slow: { job: jobOf("slow"), targets: some },
      },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    fixture?.stop();
  });

  /**
   * @param {string} fragment
   * @param {(page: Page) => Promise<void>} run
   * @param {BrowserContextOptions} [options]
   */
  const at = (fragment, run, options) => withPage(browser, `${fixture.url}${fragment}`, run, options);

  test("a failed job gives its reason and a way on", () => at("#/jobs/failed", async (page) => {
    await page.getByRole("heading", { name: "Failed" }).waitFor();
    assert.match(await page.getByRole("alert").innerText(), /mine\.fa is empty\. Upload it again\./);
    assert.equal(await page.locator(".stages .failed").count(), 1);
    await picture(page, "failure");
    await assertAccessible(page);
    await page.getByRole("link", { name: "Start again" }).click();
    await page.getByLabel("Sequence", { exact: true }).waitFor();
  }));

  test("a job that failed while scoring shows how far it came", () => at("#/jobs/half", async (page) => {
    const failed = page.locator(".stages .failed");
    await failed.waitFor();
    assert.match(await failed.innerText(), /Score efficiency[^]*failed[^]*600 of 900 guides/);
  }));

  test("an unknown job is named, and the page lives on", () => at("#/jobs/lost", async (page) => {
    await page.getByText("There is no job lost").waitFor();
    await assertAccessible(page);
    await page.getByRole("link", { name: "Design other guides" }).click();
    await page.getByLabel("Sequence", { exact: true }).waitFor();
  }));

  test("an unknown address says so", () => at("#/nowhere", async (page) => {
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  }));

  test("a broken connection mends by itself", () => at("#/jobs/slow", async (page) => {
    await page.getByRole("heading", { name: "Looking for guides" }).waitFor();
    fixture.state.broken.set("/api/jobs/slow", 503);
    await page.getByText("Trying again").waitFor();
    fixture.state.broken.clear();
    await page.getByRole("heading", { name: "Complete" }).waitFor();
    assert.equal(await page.getByText("Trying again").count(), 0);
  }));

  test("mistakes are shown beside the field, and nothing is sent", () => at("#/", async (page) => {
    const query = page.getByLabel("Sequence", { exact: true });
    const send = page.getByRole("button", { name: "Design guides" });
    await send.click();
    await page.getByText("Paste a DNA sequence").waitFor();
    assert.ok(await query.evaluate((element) => element === document.activeElement));
    await query.fill(`>one\n${GUIDES}\n>two\nACGT\nACGJ`);
    await send.click();
    await page.getByText("Sequence two, letter 8: “J” is no nucleotide").waitFor();
    await assertAccessible(page);
    await picture(page, "mistake");
    await query.fill(GUIDES);
    await page.getByLabel("From NCBI").check();
    await page.getByLabel("Accession").fill("GCF_1");
    await send.click();
    await page.getByText("An accession looks like").waitFor();
    assert.equal(page.url(), `${fixture.url}#/`);
  }));

  test("what the API refuses is shown, and the form can be used again", () => at("#/", async (page) => {
    await page.getByLabel("Sequence", { exact: true }).fill(GUIDES);
    await page.getByLabel("From NCBI").check();
    await page.getByLabel("Accession").fill("GCF_000000000.1");
    const send = page.getByRole("button", { name: "Design guides" });
    await send.click();
    await page.getByText("There is no genome GCF_000000000.1").waitFor();
    assert.ok(await send.isEnabled());
  }));

  test("a query is loaded from a file", () => at("#/", async (page) => {
    await page.getByLabel("Sequence file").setInputFiles({ name: "gene.fa", mimeType: "text/plain", buffer: Buffer.from(`>gene\n${GUIDES}\n`) });
    await page.getByText(`One sequence, ${GUIDES.length} bases`).waitFor();
    assert.equal(await page.getByLabel("Sequence", { exact: true }).inputValue(), `>gene\n${GUIDES}\n`);
  }));

  test("a query without sites gives a result that says so", () => at("#/jobs/none", async (page) => {
    await page.getByText("The query holds no site").waitFor();
  }));

  test("ten thousand guides are shown, sorted and filtered at once", () => at("#/jobs/many", async (page) => {
    const rows = page.locator(".tabulator-row");
    await rows.first().waitFor();
    assert.match(await page.locator(".summary").innerText(), /^10,000 guides; /);
    assert.ok((await rows.count()) < 200, "rows out of sight are in the page");
    const start = Date.now();
    await page.getByRole("button", { name: "MIT" }).click();
    const mit = rows.first().locator('[tabulator-field="mit"]');
    await page.waitForFunction(() => document.querySelector('.tabulator-row [tabulator-field="mit"]')?.textContent?.startsWith("60.0"));
    assert.ok(Date.now() - start < 3000);
    assert.match(await mit.innerText(), /^60\.0/);
    await page.getByLabel("Only efficient and specific").check();
    assert.equal(await page.locator(".verdict.bad").count(), 0);
    await assertAccessible(page);
  }));

  test("keyboards reach the guides and sort them", () => at("#/jobs/some", async (page) => {
    const sort = page.getByRole("button", { name: "Start" });
    await sort.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.locator('[tabulator-field="start"][aria-sort="descending"]').waitFor();
    const guide = page.locator("button.guide").first();
    await guide.focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog tbody tr").nth(1).waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await guide.evaluate((element) => element === document.activeElement), "focus comes back to the guide");
  }));

  for (const [name, options] of /** @type {[string, BrowserContextOptions][]} */ ([
    ["dark", { colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ["wide", { viewport: { width: 1920, height: 1080 } }],
  ])) {
    test(`accessible and in place: ${name}`, () => at("#/", async (page) => {
      await page.getByRole("button", { name: "Example" }).click();
      await assertShown(page, `${name}-submit`);
      await page.goto(`${fixture.url}#/jobs/some`);
      await page.locator(".tabulator-row").first().waitFor();
      await assertShown(page, `${name}-results`);
      await page.locator("button.guide").first().click();
      await page.locator("dialog tbody tr").nth(1).waitFor();
      await assertShown(page, `${name}-off-targets`);
    }, options));
  }

  test("without settings the page says what is missing", async () => {
    fixture.state.broken.set("/config.json", 403);
    await at("#/", async (page) => void (await page.getByText("config.json").waitFor()));
    fixture.state.broken.clear();
  });

  test("the first load is below 500 kB", async () => {
    const dist = path.join(import.meta.dirname, "../../dist");
    const files = (await readdir(dist, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.endsWith(".txt"));
    const sizes = await Promise.all(files.map(async ({ parentPath, name }) => gzipSync(await readFile(path.join(parentPath, name))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 20_000 && total < 500_000, `${total} bytes`);
  });
});

/**
 * The page is accessible, and nothing of it sticks out sideways.
 * @param {Page} page
 * @param {string} name
 */
async function assertShown(page, name) {
  await picture(page, name);
  await assertAccessible(page);
  const [wide, visible] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= visible, `${name} is ${wide} wide on ${visible}`);
}
