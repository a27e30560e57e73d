/** The guides of a job: table, map, plot, and one of them in detail. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { findTargets } from "../support/targets.js";
import { assertAccessible, picture } from "./browser.js";
import { suite } from "./suite.js";

const GENE = EXAMPLE.split("\n").slice(1).join("");

suite("results", ({ at, standIn }) => {
  test("a query without sites is reported", () =>
    at("#/jobs/none", async (page) => {
      await page.getByText("The query has no site").waitFor();
    }));

  test("ten thousand guides are shown, sorted and filtered without delay", () =>
    at("#/jobs/many", async (page) => {
      const rows = page.locator(".tabulator-row");
      await rows.first().waitFor();
      assert.match(await page.locator(".summary").innerText(), /^10,000 guides; /);
      assert.ok((await rows.count()) < 200, "rows out of sight are in the page");
      const start = Date.now();
      await page.getByRole("button", { name: "MIT" }).click();
      const mit = rows.first().locator('[tabulator-field="mit"]');
      await page.waitForFunction(() =>
        document.querySelector('.tabulator-row [tabulator-field="mit"]')?.textContent?.startsWith("60.0"),
      );
      assert.ok(Date.now() - start < 3000);
      assert.match(await mit.innerText(), /^60\.0/);
      const filters = page.getByRole("form", { name: "Filters" });
      await filters.getByLabel("Efficient").check();
      await filters.getByLabel("Specific").check();
      await page.waitForFunction(() => !document.querySelector(".table .verdict.bad"));
      await page.locator(".la-vz-annotation").first().waitFor();
      await picture(page, "many");
      await assertAccessible(page);
    }));

  test("columns keep to their content when the window was too low for rows, and when no guide passed the filters", () =>
    at("#/jobs/some", async (page) => {
      const clipped = () =>
        page
          .locator(".tabulator-row .tabulator-cell")
          .evaluateAll((cells) => cells.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).length);
      const rows = page.locator(".tabulator-row");
      await rows.first().waitFor();
      // A browser that captures the whole page makes the window so small for a moment.
      await page.setViewportSize({ width: 1, height: 1 });
      await rows.first().waitFor({ state: "detached" });
      await page.setViewportSize({ width: 1280, height: 900 });
      await rows.first().waitFor();
      assert.equal(await clipped(), 0);
      await page.getByText("More filters").click();
      await page.getByLabel("least GC").fill("100");
      await page.getByText("No guide passes the filters.").waitFor();
      await page.setViewportSize({ width: 1000, height: 900 });
      await page.getByRole("button", { name: "Clear filters" }).click();
      await rows.first().waitFor();
      assert.equal(await clipped(), 0);
    }));

  test("the rest of very many guides is read on request", () =>
    at("#/jobs/huge", async (page) => {
      await page.getByRole("button", { name: "Read the other 2,000 guides" }).click();
      await page.waitForFunction(() => !document.querySelector(".summary")?.textContent?.includes("among the first"));
      assert.match(await page.locator(".summary").innerText(), /^22,000 guides; /);
      await page.getByLabel("Start of the window").fill("190000");
      await page.getByText("Bases 190,001 to 193,000 of 198,014").waitFor();
      await page.locator(".la-vz-index-tick-label", { hasText: "190,010" }).first().waitFor();
      await page.locator(".la-vz-annotation-label", { hasText: "#211" }).first().waitFor();
    }));

  test("the map has every base and every sequence of the query", () =>
    at("#/jobs/some", async (page) => {
      await page.getByText("Bases 1 to 714 of 714").waitFor();
      const bases = page.locator(".la-vz-linear-scroller .la-vz-seq");
      await bases.first().waitFor();
      const line = ((await bases.first().textContent()) ?? "").replace(/\s/g, "");
      assert.ok(line.length > 40 && GENE.startsWith(line), line);
      await page.getByLabel("Contig on the map").selectOption("bare");
      await page.getByText("Bases 1 to 260 of 260").waitFor();
      await page.locator(".la-vz-annotation").first().waitFor({ state: "detached" });
      await picture(page, "bare");
    }));

  test("without the query the map reports it, and the rest works", () =>
    at("#/jobs/alone", async (page) => {
      await page.getByText("The query cannot be read. The query of job alone is deleted.").waitFor();
      await page.locator(".la-vz-annotation").first().waitFor();
      await page.locator(".tabulator-row").first().waitFor();
      await assertAccessible(page);
    }));

  test("locations are counted from 1 everywhere", () =>
    at("#/jobs/some", async (page) => {
      const [first] = findTargets(EXAMPLE);
      assert.ok(first);
      const range = `${first.start + 1}-${first.end}`;
      await page.locator('[tabulator-field="location"]', { hasText: range }).first().waitFor();
      await page.locator("button.guide").first().click();
      await page.getByText(`lambda_cI:${range} `).first().waitFor();
      await page.getByRole("button", { name: `Show lambda_cI:${range}`, exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      assert.match(await page.locator(".printed tbody tr").first().innerHTML(), new RegExp(`lambda_cI:${range}`));
    }));

  test("the user's own guides have no location", () =>
    at("#/jobs/own", async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      for (const name of ["Location", "Strand"])
        assert.equal(await page.getByRole("columnheader", { name }).count(), 0, name);
      await page.locator("button.guide").first().click();
      assert.match(await page.locator("dialog .facts p").innerText(), /^No\. 1 · GC /);
    }));

  test("guides can be reached and sorted by keyboard", () =>
    at("#/jobs/some", async (page) => {
      const sort = page.getByRole("button", { name: "Location" });
      await sort.focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
      await page.locator('[tabulator-field="location"][aria-sort="descending"]').waitFor();
      const guide = page.locator("button.guide").first();
      await guide.focus();
      await page.keyboard.press("Enter");
      await page.locator(".sites tbody tr").nth(1).waitFor();
      await page.keyboard.press("Escape");
      assert.ok(await guide.evaluate((element) => element === document.activeElement), "focus comes back to the guide");
    }));

  test("map, plot and table show the same choice, and the plot filters", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".la-vz-annotation").first().waitFor();
      await page.locator(".la-vz-annotation-label", { hasText: /^#2$/ }).click();
      await page.getByRole("heading", { name: /^Guide / }).waitFor();
      const guide = await page.locator("dialog h2 code").first().innerText();
      await page.keyboard.press("Escape");
      assert.equal(await page.locator(".tabulator-selected button.guide").innerText(), guide);
      await page.locator(".la-vz-highlight").first().waitFor();

      const all = await page.locator(".tabulator-row").count();
      const plot = await page.locator(".u-over").boundingBox();
      assert.ok(plot);
      await page.mouse.move(plot.x + 2, plot.y + 2);
      await page.mouse.down();
      await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height - 2, { steps: 4 });
      await page.mouse.up();
      const chip = page.getByRole("button", { name: "Box in the plot" });
      await chip.waitFor();
      await page.waitForFunction((before) => document.querySelectorAll(".tabulator-row").length < before, all);
      await chip.click();
      await page.waitForFunction((before) => document.querySelectorAll(".tabulator-row").length === before, all);
    }));

  test("table, map and plot point at the guide under the mouse", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".la-vz-annotation").first().waitFor();
      await page.locator(".tabulator-row").nth(1).hover();
      for (const drawing of [".glance", ".u-over"]) await page.locator(`${drawing} .pointer`).waitFor();
      await picture(page, "pointed");
      const point = await page.locator(".u-over .pointer").boundingBox();
      assert.ok(point);
      await page.mouse.move(0, 0);
      await page.locator(".glance .pointer").waitFor({ state: "hidden" });
      await page.mouse.move(point.x + point.width / 2, point.y + point.height / 2);
      const pointed = await page.locator(".tabulator-row.pointed button.guide").innerText();
      assert.equal(pointed, await page.locator("button.guide").nth(1).innerText());
      assert.match((await page.locator(".plot").getAttribute("title")) ?? "", new RegExp(`^No\\. 2 · ${pointed} `));
    }));

  test("filters narrow down the guides, and can be cleared", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      const summary = page.locator(".summary");
      await page.getByText("More filters").click();
      await page.getByLabel("Motif", { exact: true }).fill("GAN");
      await page.getByLabel("least GC").fill("40");
      await page.waitForFunction(() => /shown$/.test(document.querySelector(".summary")?.textContent ?? ""));
      await page.getByLabel("Motif", { exact: true }).fill("GA!");
      await page.getByText("IUPAC letters only").waitFor();
      await assertAccessible(page);
      await page.getByLabel("number of the best guides").fill("2");
      await page.waitForFunction(() => document.querySelectorAll(".tabulator-row").length === 2);
      await page.getByRole("button", { name: "Clear filters" }).click();
      assert.ok(
        await page
          .getByRole("form", { name: "Filters" })
          .getByLabel("Efficient")
          .evaluate((element) => element === document.activeElement),
        "the focus stays in the filters",
      );
      assert.doesNotMatch(await summary.innerText(), /shown/);
    }));

  test("the filtered guides are saved as the table shows them", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      await page.getByLabel("number of the best guides").fill("3");
      await page.waitForFunction(() => document.querySelectorAll(".tabulator-row").length === 3);
      await page.getByRole("button", { name: "MIT", exact: true }).click();
      await page.locator('[tabulator-field="mit"][aria-sort="ascending"]').waitFor();
      const guides = await page.locator("button.guide").allInnerTexts();
      await page.getByText("Download", { exact: true }).click();
      await picture(page, "download");
      await assertAccessible(page);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the table shown" }).click(),
      ]);
      assert.equal(download.suggestedFilename(), "crackling-some-shown.tsv");
      const [titles = [], ...rows] = (await readFile(await download.path(), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t"));
      assert.deepEqual(titles.slice(0, 2), ["No.", "Guide"]);
      assert.deepEqual(
        rows.map((row) => row[1]),
        guides,
      );
      assert.match(rows[0]?.[titles.indexOf("Location")] ?? "", /^lambda_cI:\d+-\d+$/);
      const query = await page.request.get(
        await page
          .getByRole("link", { name: "The query" })
          .evaluate((link) => /** @type {HTMLAnchorElement} */ (link).href),
      );
      assert.ok((await query.text()).includes(GENE.slice(0, 60)));
    }));

  test("the choice of columns is remembered", () =>
    at("#/jobs/some", async (page) => {
      await page.locator(".tabulator-row").first().waitFor();
      await page.getByText("Columns", { exact: true }).click();
      await page.getByLabel("SVM score").check();
      await picture(page, "columns");
      await page.keyboard.press("Escape");
      await page.reload();
      await page.getByRole("columnheader", { name: "SVM score" }).waitFor();
    }));

  test("oligos are made for the vector, and the choice is remembered", () =>
    at("#/jobs/some", async (page) => {
      await page.locator("button.guide").nth(1).click();
      const oligos = page.locator(".oligos code");
      const guide = await page.locator("dialog h2 code").first().innerText();
      assert.equal(await oligos.first().innerText(), `CACC${guide.startsWith("G") ? "" : "G"}${guide}`);
      await page.getByLabel("Vector").selectOption({ label: "Other overhangs" });
      await page.getByLabel("Forward 5′").fill("TTTT");
      await page.getByLabel("Begin with G, for U6").uncheck();
      assert.equal(await oligos.first().innerText(), `TTTT${guide}`);
      await page.getByLabel("Forward 5′").fill("XX");
      await page.getByText("An overhang has up to 12").waitFor();
    }));

  for (const [what, job, contigs] of /** @type {[string, string, string[]][]} */ ([
    ["two contigs", "some", ["lambda_cI", "NC_001416.1"]],
    ["a single contig", "alone", ["NC_001416.1"]],
  ])) {
    test(`a site is shown in igv, which sends no requests to others: ${what}`, () =>
      at(`#/jobs/${job}`, async (page) => {
        standIn().state.fasta = contigs.map((contig) => `>${contig}\n${"ACGT".repeat(12_000)}\n`).join("");
        /** @type {string[]} */
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.locator(".la-vz-annotation").first().waitFor();
        await page.locator("button.guide").nth(2).click();
        const show = page.getByRole("button", { name: /^Show / });
        await show.first().click();
        await page.locator(".igv canvas").first().waitFor();
        const locus = page.getByLabel("Genome browser: Locus Search");
        const [, contig, start] =
          /^Show (\S+):(\d+)-/.exec((await show.first().getAttribute("aria-label")) ?? "") ?? [];
        const begins = (await locus.inputValue()).replaceAll(",", "");
        assert.ok(begins.startsWith(`${contig}:${Math.max(1, Number(start) - 40)}-`), begins);
        assert.ok(asked.some((address) => address.endsWith("/genome.fa.gz")));
        await picture(page, `igv-${job}`);
        await assertAccessible(page);
        await locus.fill("nothing_of_that_name");
        await locus.press("Enter");
        await page.waitForTimeout(500);
        assert.deepEqual(
          asked.filter((address) => !address.startsWith(standIn().url) && !/^(data|blob):/.test(address)),
          [],
        );
      }));
  }
});
