/** Every view in every shape: accessible, in place, on paper, and light enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { assertAccessible, picture } from "./browser.js";
import { suite } from "./suite.js";

/**
 * @import {BrowserContextOptions, Page} from "playwright-core"
 */

suite("all views", ({ at, browser, fixture }) => {
  test("about tells the method and the versions", () => at("#/about", async (page) => {
    await page.getByText("Index format").waitFor();
    assert.equal(await page.getByRole("link", { name: /^doi:/ }).count(), 8);
    await picture(page, "about");
    await assertAccessible(page);
    fixture().state.broken.set("/api/about", 404);
    await page.reload();
    await page.getByText("The service does not tell its versions.").waitFor();
    fixture().state.broken.clear();
  }));

  test("on paper there is a plain table", () => at("#/jobs/some", async (page) => {
    await page.locator(".tabulator-row").first().waitFor();
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => void dispatchEvent(new Event("beforeprint")));
    assert.ok((await page.locator(".printed tbody tr").count()) > 5);
    await picture(page, "print");
  }));

  test("the link to the content skips to it, and the view stays", () => at("#/", async (page) => {
    await page.getByRole("link", { name: "Skip to the content" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "MAIN");
    await page.getByLabel("Sequence", { exact: true }).waitFor();
  }));

  for (const [name, options] of /** @type {[string, BrowserContextOptions][]} */ ([
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ["wide", { viewport: { width: 1600, height: 1000 } }],
  ])) {
    test(`accessible and in place: ${name}`, () => at("#/", async (page) => {
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await assertShown(page, `${name}-submit`);
      await page.goto(`${fixture().url}#/jobs/some`);
      await page.locator(".tabulator-row").first().waitFor();
      await page.locator(".la-vz-annotation").first().waitFor();
      await assertShown(page, `${name}-results`);
      await page.locator("button.guide").first().click();
      await page.locator(".places tbody tr").nth(1).waitFor();
      await assertShown(page, `${name}-guide`);
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "About", exact: true }).click();
      await page.getByText("Index format").waitFor();
      await assertShown(page, `${name}-about`);
    }, options));
  }

  for (const [view, fragment, most] of /** @type {[string, string, number][]} */ ([["the form", "#/", 60_000], ["a job with its results", "#/jobs/some", 500_000]])) {
    test(`the first load of ${view} is below ${most / 1000} kB`, async () => {
      /** @type {Promise<Buffer>[]} */
      const bodies = [];
      const context = await browser().newContext();
      const page = await context.newPage();
      page.on("response", (response) => response.url().includes("/api/") || bodies.push(response.body()));
      await page.goto(`${fixture().url}${fragment}`, { waitUntil: "networkidle" });
      const total = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
      await context.close();
      assert.ok(total > 10_000 && total < most, `${total} bytes`);
    });
  }
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
