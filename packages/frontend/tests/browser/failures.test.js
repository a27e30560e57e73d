/** What a deployed page cannot be asked to show: failures and broken connections. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, picture } from "./browser.js";
import { suite } from "./suite.js";

suite("failures", ({ at, browser, fixture }) => {
  test("a failed job gives its reason and a way on", () =>
    at("#/jobs/failed", async (page) => {
      await page.getByRole("heading", { name: "Failed" }).waitFor();
      assert.match(
        await page.locator(".progress").getByRole("alert").innerText(),
        /mine\.fa is empty\. Upload it again\./,
      );
      assert.equal(await page.locator(".stages .failed").count(), 1);
      await picture(page, "failure");
      await assertAccessible(page);
      assert.match(
        await page.locator(".progress").getByRole("alert").innerText(),
        /What to do: A new job tries the genome mine again/,
      );
      await page.getByRole("link", { name: "Start again" }).click();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
    }));

  test("a job that failed while scoring shows how far it came", () =>
    at("#/jobs/half", async (page) => {
      const failed = page.locator(".stages .failed");
      await failed.waitFor();
      assert.match(await failed.innerText(), /Score efficiency[\s\S]*failed[\s\S]*600 of 900 guides/);
    }));

  test("an unknown job is named, and the page lives on", () =>
    at("#/jobs/lost", async (page) => {
      await page.getByText("There is no job lost").waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: "Design other guides" }).click();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
    }));

  test("an unknown address says so", () =>
    at("#/nowhere", async (page) => {
      await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    }));

  test("who asked for it is notified of the end, if the page is out of sight", async () => {
    const context = await browser().newContext({ permissions: ["notifications"] });
    const page = await context.newPage();
    await page.addInitScript(() => {
      // A headless browser shows neither notifications nor tabs in the background.
      /** @type {string[]} */
      const told = [];
      Object.assign(window, { told });
      Object.defineProperty(document, "hidden", { get: () => true });
      Object.assign(window, {
        Notification: class {
          static permission = "default";
          static requestPermission() {
            return Promise.resolve("granted");
          }
          constructor(/** @type {string} */ title, /** @type {{body: string}} */ { body }) {
            told.push(`${title}: ${body}`);
          }
        },
      });
    });
    fixture().state.broken.set("/api/jobs/told", 503);
    await page.goto(`${fixture().url}#/jobs/told`);
    await page.getByRole("button", { name: "Notify me when it is done" }).click();
    await page.getByRole("button", { name: "A notification follows" }).waitFor();
    fixture().state.broken.clear();
    await page.getByRole("heading", { name: "Complete" }).waitFor();
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).told), [
      "Crackling Cloud: Your guides are ready.",
    ]);
    await context.close();
  });

  test("a broken connection mends by itself", () =>
    at("#/jobs/slow", async (page) => {
      await page.getByRole("heading", { name: "Looking for guides" }).waitFor();
      fixture().state.broken.set("/api/jobs/slow", 503);
      await page.getByText("Trying again").waitFor();
      fixture().state.broken.clear();
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      assert.equal(await page.getByText("Trying again").count(), 0);
    }));

  test("guides that could not be read are read when asked for again", () =>
    at("#/", async (page) => {
      fixture().state.broken.set("/api/jobs/some/targets", 503);
      await page.goto(`${fixture().url}#/jobs/some`);
      const again = page.getByRole("button", { name: "Try again" });
      await again.waitFor();
      await assertAccessible(page);
      fixture().state.broken.clear();
      await again.click();
      await page.locator(".tabulator-row").first().waitFor();
    }));

  test("an error that nobody expected is told, and the page stays", async () => {
    const context = await browser().newContext();
    const page = await context.newPage();
    await page.goto(`${fixture().url}#/jobs/broken`);
    await page.getByText("Something went wrong in this page.").waitFor();
    await assertAccessible(page);
    await page.getByRole("link", { name: "Design", exact: true }).click();
    await page.getByLabel("Sequence", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await context.close();
  });

  test("without settings the page says what is missing", async () => {
    fixture().state.broken.set("/config.json", 403);
    await at("#/", async (page) => void (await page.getByText("config.json").waitFor()));
    fixture().state.broken.clear();
  });
});
