/** Failures and broken connections, which a deployed page cannot show on request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, picture } from "./browser.js";
import { suite } from "./suite.js";

suite("failures", ({ at, browser, standIn }) => {
  test("a failed job shows its reason and what to do", () =>
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
        /What to do: A new job will try the genome mine again/,
      );
      await page.getByRole("link", { name: "Start again" }).click();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
    }));

  test("a job that failed while scoring shows its progress", () =>
    at("#/jobs/half", async (page) => {
      const failed = page.locator(".stages .failed");
      await failed.waitFor();
      assert.match(await failed.innerText(), /Score efficiency[\s\S]*failed[\s\S]*600 of 900 guides/);
    }));

  test("an unknown job is named, and the page goes on working", () =>
    at("#/jobs/lost", async (page) => {
      await page.getByText("There is no job lost").waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: "Design other guides" }).click();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
    }));

  test("a job is deleted once it is confirmed, and is then no longer there, nor in the list", () =>
    at("#/jobs/unwanted", async (page) => {
      const ask = page.getByRole("button", { name: "Delete this job" });
      await page.locator(".tabulator-row").first().waitFor();
      await ask.click();
      await page.getByText("There is no undo").waitFor();
      await assertAccessible(page);
      await page.getByRole("button", { name: "Keep it" }).click();
      assert.ok(!standIn().state.jobs.get("unwanted")?.gone, "it was deleted without a confirmation");

      standIn().state.broken.set("/api/jobs/unwanted", 422);
      await ask.click();
      await page.getByRole("button", { name: "Delete for good" }).click();
      await page.getByText("The job could not be deleted. This is broken for now.").waitFor();
      standIn().state.broken.clear();

      await ask.click();
      await page.getByRole("button", { name: "Delete for good" }).click();
      await page.getByRole("heading", { name: "Job deleted" }).waitFor();
      assert.ok(standIn().state.jobs.get("unwanted")?.gone);
      await assertAccessible(page);
      await page.getByRole("link", { name: "Design other guides" }).click();
      await page.getByLabel("Sequence", { exact: true }).waitFor();
      assert.equal(await page.locator('a[href="#/jobs/unwanted"]').count(), 0);
    }));

  test("a job that has expired or was deleted is told of in words", () =>
    at("#/jobs/gone", async (page) => {
      await page.getByRole("heading", { name: "This job is no longer there" }).waitFor();
      await page.getByText("The job gone was deleted, with its query and results.").waitFor();
      await assertAccessible(page);
    }));

  test("an unknown address is reported", () =>
    at("#/nowhere", async (page) => {
      await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    }));

  test("a user who asked for it is notified of the end, if the page is out of sight", async () => {
    const context = await browser().newContext({ permissions: ["notifications"] });
    const page = await context.newPage();
    await page.addInitScript(() => {
      // A headless browser shows neither notifications nor tabs in the background.
      /** @type {string[]} */
      const notified = [];
      Object.assign(window, { notified });
      Object.defineProperty(document, "hidden", { get: () => true });
      Object.assign(window, {
        Notification: class {
          static permission = "default";
          static requestPermission() {
            return Promise.resolve("granted");
          }
          constructor(/** @type {string} */ title, /** @type {{body: string}} */ { body }) {
            notified.push(`${title}: ${body}`);
          }
        },
      });
    });
    standIn().state.broken.set("/api/jobs/notified", 503);
    await page.goto(`${standIn().url}#/jobs/notified`);
    await page.getByRole("button", { name: "Notify me when the job has finished" }).click();
    await page.getByRole("button", { name: "You will be notified" }).waitFor();
    standIn().state.broken.clear();
    await page.getByRole("heading", { name: "Complete" }).waitFor();
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).notified), [
      "Crackling Cloud: Your guides are ready.",
    ]);
    await context.close();
  });

  test("the page recovers from a broken connection", () =>
    at("#/jobs/slow", async (page) => {
      await page.getByRole("heading", { name: "Looking for guides" }).waitFor();
      standIn().state.broken.set("/api/jobs/slow", 503);
      await page.getByText("Trying again").waitFor();
      standIn().state.broken.clear();
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      assert.equal(await page.getByText("Trying again").count(), 0);
    }));

  test("guides that could not be read are read on request", () =>
    at("#/", async (page) => {
      standIn().state.broken.set("/api/jobs/some/targets", 503);
      await page.goto(`${standIn().url}#/jobs/some`);
      const again = page.getByRole("button", { name: "Try again" });
      await again.waitFor();
      await assertAccessible(page);
      standIn().state.broken.clear();
      await again.click();
      await page.locator(".tabulator-row").first().waitFor();
    }));

  test("an unexpected error is shown, and the page stays", async () => {
    const context = await browser().newContext();
    const page = await context.newPage();
    await page.goto(`${standIn().url}#/jobs/broken`);
    await page.getByText("Something went wrong in this page.").waitFor();
    await assertAccessible(page);
    await page.getByRole("link", { name: "Design", exact: true }).click();
    await page.getByLabel("Sequence", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await context.close();
  });

  test("without its settings the page shows what is missing", async () => {
    standIn().state.broken.set("/config.json", 403);
    await at("#/", async (page) => void (await page.getByText("config.json").waitFor()));
    standIn().state.broken.clear();
  });
});
