/** Every view in every shape: accessible, without overflow, on paper, and small enough to load. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertShown, picture, weighed } from "./browser.js";
import { suite } from "./suite.js";

/**
 * @import {BrowserContextOptions, Page} from "playwright-core"
 */

/**
 * States that the other tests do not look at, and how to get there.
 * @type {[string, string, (page: Page) => Promise<unknown>][]}
 */
const STATES = [
  [
    "mistakes",
    "#/",
    async (page) => {
      await page.getByRole("combobox", { name: "Genome" }).fill("GCF_1");
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("Choose a genome from the list").waitFor();
    },
  ],
  [
    "own guides and options",
    "#/",
    async (page) => {
      await page.getByRole("tab", { name: "My own guides" }).click();
      await page.getByText("Options", { exact: true }).click();
    },
  ],
  [
    "search",
    "#/",
    async (page) => {
      await page.getByRole("combobox", { name: "Genome" }).fill("homo");
      await page.getByRole("option").filter({ hasText: "GRCh38" }).waitFor();
    },
  ],
  ["upload", "#/", (page) => page.getByLabel("Upload my own").check()],
  [
    "no connection",
    "#/",
    async (page) => {
      await page.locator(".chosen strong").waitFor();
      await page.context().setOffline(true);
      await page.getByLabel("Sequence", { exact: true }).fill("ACGTTGCATTAGCAATCGTACGTGG");
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByText("The service cannot be reached").waitFor();
    },
  ],
  ["half failed", "#/jobs/half", (page) => page.locator(".stages .failed").waitFor()],
  ["no such job", "#/jobs/lost", (page) => page.getByRole("heading", { name: "No such job" }).waitFor()],
  ["no such page", "#/nowhere", (page) => page.getByRole("heading", { name: "Nothing here" }).waitFor()],
  ["no guides", "#/jobs/none", (page) => page.getByText("The query has no site").waitFor()],
  [
    "filters and meanings",
    "#/jobs/some",
    async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      await page.getByText("More filters").click();
      await page.getByText("What the columns mean", { exact: true }).click();
    },
  ],
  ["columns", "#/jobs/some", (page) => page.getByText("Columns", { exact: true }).click()],
  ["downloads", "#/jobs/some", (page) => page.getByText("Download", { exact: true }).click()],
  [
    "scores",
    "#/jobs/some",
    async (page) => {
      await page.locator("button.guide").nth(2).click();
      await page.locator(".sites tbody tr").nth(1).waitFor();
      await page.getByText("Scores and what they mean").click();
      await page.getByLabel("Vector").selectOption({ label: "Other overhangs" });
    },
  ],
];

suite("all views", ({ at, browser, standIn }) => {
  test("about shows the method, the citations and the versions", () =>
    at("#/about", async (page) => {
      await page.getByText("Index format").waitFor();
      assert.equal(await page.getByRole("link", { name: /^doi:/ }).count(), 8);
      await picture(page, "about");
      await assertAccessible(page);
      standIn().state.broken.set("/api/about", 404);
      await page.reload();
      await page.getByText("The service does not describe itself.").waitFor();
      standIn().state.broken.clear();
    }));

  test("on paper there is a plain table", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      const filters = page.getByRole("form", { name: "Filters" });
      await filters.getByLabel("Efficient").check();
      await filters.getByLabel("number of the best guides").fill("5");
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => void dispatchEvent(new Event("beforeprint")));
      assert.equal(await page.locator(".printed tbody tr").count(), 5);
      const facts = await page.locator(".printed.facts").innerText();
      for (const fact of [
        /Job\s+some, http/,
        /Genome\s+lambda/,
        /Submitted\s+2026-11-20 10:00 UTC/,
        /2 of 3 methods/,
        /Filters\s+efficient; the best 5/,
        /Crackling 0\.1\.0; index format 2/,
      ])
        assert.match(facts, fact);
      await picture(page, "print");
    }));

  test("the link to the content moves the focus, and the view stays", () =>
    at("#/", async (page) => {
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
    test(`accessible and without overflow: ${name}`, () =>
      at(
        "#/",
        async (page) => {
          await page.getByRole("button", { name: "Example: λ" }).click();
          await page.locator(".chosen strong").waitFor();
          await assertShown(page, `${name}-submit`);
          await page.goto(`${standIn().url}#/jobs/some`);
          await page.locator(".tabulator-row").first().waitFor();
          await page.locator(".la-vz-annotation").first().waitFor();
          await assertShown(page, `${name}-results`);
          await page.locator("button.guide").first().click();
          await page.locator(".sites tbody tr").nth(1).waitFor();
          await assertShown(page, `${name}-guide`);
          await page.keyboard.press("Escape");
          await page.getByRole("link", { name: "About", exact: true }).click();
          await page.getByText("Index format").waitFor();
          await assertShown(page, `${name}-about`);
        },
        options,
      ));
  }

  for (const [name, options] of /** @type {[string, BrowserContextOptions][]} */ ([
    ["dark", { colorScheme: "dark" }],
    ["small phone", { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true }],
  ])) {
    for (const [state, fragment, bring] of STATES) {
      test(`accessible and without overflow, ${name}: ${state}`, () =>
        at(
          fragment,
          async (page) => {
            await bring(page);
            await assertShown(page, `${name}-${state}`.replaceAll(" ", "-"));
          },
          options,
        ));
    }
  }

  test("the navigation and the title show the current view", () =>
    at("#/", async (page) => {
      await page.getByLabel("Sequence", { exact: true }).waitFor();
      assert.equal(await page.locator("nav [aria-current]").innerText(), "Design");
      await page.getByRole("link", { name: "About", exact: true }).click();
      await page.getByRole("heading", { name: "About" }).waitFor();
      assert.equal(await page.locator("nav [aria-current]").innerText(), "About");
      assert.equal(await page.title(), "About · Crackling Cloud");
    }));

  test("without scripts the page shows what it needs", async () => {
    const context = await browser().newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(standIn().url);
    await page.locator("noscript p").waitFor();
    await context.close();
  });

  for (const [view, fragment, most] of /** @type {[string, string, number][]} */ ([
    ["the form", "#/", 60_000],
    ["a job with its results", "#/jobs/some", 500_000],
  ])) {
    test(`the first load of ${view} is below ${most / 1000} kB`, async () => {
      const context = await browser().newContext();
      const page = await context.newPage();
      const total = await weighed(page, () => page.goto(`${standIn().url}${fragment}`, { waitUntil: "networkidle" }));
      await context.close();
      assert.ok(total > 10_000 && total < most, `${total} bytes`);
    });
  }
});
