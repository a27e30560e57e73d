/** A deployment that people sign in to: the way in and out, and sessions that end. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { startOidc } from "../support/oidc.js";
import { jobOf } from "../support/samples.js";
import { startStandIn } from "../support/stand-in.js";
import { findTargets } from "../support/targets.js";
import { assertAccessible, assertShown, launch, skip, weighed, withPage } from "./browser.js";
import { identify, signIn } from "./sign-in.js";

/**
 * @import {Browser, BrowserContextOptions, Page} from "playwright-core"
 * @import {Oidc} from "../support/oidc.js"
 */

const ADA = "ada.lovelace@lab.example";
const BOB = "bob@lab.example";

/** @param {string} email */
const userOf = (email) => ({ email, password: "secret" });

describe("account", { skip }, () => {
  /** @type {Browser} */
  let browser;
  /** @type {Oidc} */
  let oidc;
  /** @type {Awaited<ReturnType<typeof startStandIn>>} */
  let standIn;

  before(async () => {
    oidc = await startOidc();
    const targets = findTargets(EXAMPLE);
    const done = {
      status: /** @type {const} */ ("complete"),
      progress: { guides: targets.length, consensusDone: targets.length, offTargetDone: targets.length },
    };
    const entry = (/** @type {string} */ id, /** @type {string} */ owner) => ({
      job: jobOf(id, done),
      targets,
      query: EXAMPLE,
      owner,
    });
    const old = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`old${n}`, entry(`old${n}`, "eve@lab.example")]),
    );
    const shared = entry("shared", BOB);
    shared.job.shared = true;
    standIn = await startStandIn({
      oidc,
      jobs: { mine: entry("mine", ADA), bobs: entry("bobs", BOB), shared, ...old },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    standIn?.stop();
    oidc?.stop();
  });
  beforeEach(() => Object.assign(oidc.state, { seconds: 3600, broken: false }));

  /**
   * @param {string} fragment
   * @param {(page: Page) => Promise<void>} run
   * @param {BrowserContextOptions} [options]
   */
  const at = (fragment, run, options) => withPage(browser, `${standIn.url}${fragment}`, run, options);

  test("sign in, submit, reload, sign out", () =>
    at("#/", async (page) => {
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await signIn(page, userOf(ADA));
      assert.equal(page.url(), `${standIn.url}#/`, "the code is not left in the address");
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Complete" }).waitFor();
      const permalink = page.url();
      await page.reload();
      await page.locator(".tabulator-row").first().waitFor();
      assert.equal(page.url(), permalink);

      await page.locator("button.guide").first().click();
      await page.locator(".sites tbody tr").nth(1).waitFor();
      await page.keyboard.press("Escape");

      const refresh = oidc.state.refresh.size;
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal(page.url(), standIn.url);
      assert.equal(oidc.state.refresh.size, refresh - 1, "the refresh token is revoked");
      assert.deepEqual(await page.evaluate(() => [{ ...sessionStorage }, { ...localStorage }]), [{}, {}]);
      await page.goBack();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      assert.equal(await page.locator(".tabulator-row").count(), 0, "nothing is left of the job");
      // The service has forgotten the user too.
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Email").waitFor();
    }));

  test("the address of a job survives the sign-in, and a new tab does not ask who is there", () =>
    at("#/jobs/mine", async (page) => {
      await page.getByText("Sign in to open this job").waitFor();
      await signIn(page, userOf(ADA));
      await page.locator(".tabulator-row").first().waitFor();
      assert.equal(page.url(), `${standIn.url}#/jobs/mine`);
      const other = await page.context().newPage();
      await other.goto(`${standIn.url}#/jobs/mine`);
      await other.getByRole("button", { name: "Sign in" }).click();
      await other.locator(".tabulator-row").first().waitFor();
      // Whoever signs out in one window means all of them.
      await other.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("Sign in to open this job").waitFor();
      await other.close();
    }));

  test("another's job is no job, and the page says what that may mean", () =>
    at("#/jobs/bobs", async (page) => {
      await signIn(page, userOf(ADA));
      await page.getByRole("heading", { name: "No such job" }).waitFor();
      await page.getByText(`somebody who has not shared it; you are signed in as ${ADA}.`).waitFor();
      await assertAccessible(page);
    }));

  test("a job is private until its owner shares it; who has its link reads it, and does not change it", () =>
    at("#/jobs/mine", async (page) => {
      const bob = (/** @type {(page: Page) => Promise<void>} */ run) =>
        at("#/jobs/mine", async (other) => {
          await signIn(other, userOf(BOB));
          await run(other);
        });
      await signIn(page, userOf(ADA));
      const access = page.getByLabel("Can be opened by");
      await access.waitFor();
      assert.equal(await access.locator("option:checked").innerText(), "only you");
      await bob(async (other) => void (await other.getByRole("heading", { name: "No such job" }).waitFor()));

      standIn.state.broken.set("/api/jobs/mine", 422);
      await access.selectOption({ label: "everybody here who has the link" });
      await page.getByText("That could not be changed. This is broken for now.").waitFor();
      assert.equal(await access.locator("option:checked").innerText(), "only you", "it shows what is so");
      standIn.state.broken.clear();
      await access.selectOption({ label: "everybody here who has the link" });
      await page.getByText("Shared. Others can read it").waitFor();
      await bob(async (other) => {
        await other.getByText("You can read this job because its owner shares it.").waitFor();
        await other.locator(".tabulator-row").first().waitFor();
        assert.ok(await other.getByRole("button", { name: "Delete this job" }).isHidden());
        assert.equal(await other.getByLabel("Can be opened by").count(), 0);
        await assertAccessible(other);
        // It is not among the jobs of whoever reads it.
        await other.getByRole("link", { name: "Design", exact: true }).click();
        const own = other.getByRole("complementary", { name: "Your jobs" });
        await own.getByRole("link").first().waitFor();
        assert.equal(await own.locator('a[href="#/jobs/mine"]').count(), 0);
      });
      await page.reload();
      assert.equal(await access.locator("option:checked").innerText(), "everybody here who has the link");
      await access.selectOption({ label: "only you" });
      await page.getByText("No longer shared.").waitFor();
      await bob(async (other) => void (await other.getByRole("heading", { name: "No such job" }).waitFor()));
      await page.getByRole("button", { name: "Delete this job" }).waitFor();
    }));

  test("who sends a job chooses whether it is shared, and finds it among their jobs in any browser", () =>
    at("#/", async (page) => {
      await signIn(page, userOf(ADA));
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByLabel("Everybody here who has its link").check();
      await page.getByLabel("Upload my own").check();
      await page.getByLabel("Everybody who signs in here").check();
      await page.getByLabel("Genome file", { exact: true }).setInputFiles({
        name: "ours.fa",
        mimeType: "text/plain",
        buffer: Buffer.from(`>one\n${"ACGT".repeat(100)}\n`),
      });
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.waitForURL(/#\/jobs\//);
      const id = page.url().split("/").at(-1) ?? "";
      assert.ok(standIn.state.jobs.get(id)?.job.shared);
      assert.ok(standIn.state.genomes.get("ours")?.shared);
      await page.getByRole("link", { name: "Design", exact: true }).click();
      const item = page.getByRole("complementary", { name: "Your jobs" }).getByRole("listitem").first();
      await item.getByRole("link", { name: "lambda_cI" }).waitFor();
      assert.match(await item.innerText(), /ours · running · shared/);

      await at("#/", async (other) => {
        await signIn(other, userOf(ADA));
        const own = other.getByRole("complementary", { name: "Your jobs" });
        await own.locator(`a[href="#/jobs/${id}"]`).click();
        await other.getByLabel("Can be opened by").waitFor();
      });
    }));

  test("a long list of jobs is read in pages, and one that cannot be read is told of", () =>
    at("#/", async (page) => {
      await signIn(page, userOf("eve@lab.example"));
      const own = page.getByRole("complementary", { name: "Your jobs" });
      await own.getByRole("link").nth(9).waitFor();
      assert.equal(await own.getByRole("link").count(), 10);
      standIn.state.broken.set("/api/jobs", 403);
      await own.getByRole("button", { name: "Show earlier jobs" }).click();
      await own.getByText("Your jobs cannot be listed. This is broken for now.").waitFor();
      await assertAccessible(page);
      standIn.state.broken.clear();
      await own.getByRole("button", { name: "Try again" }).click();
      await own.getByRole("link").nth(11).waitFor();
      assert.equal(await own.getByRole("button").count(), 0);
    }));

  test("a session that ends while a form is filled is repaired beside it", () =>
    at("#/", async (page) => {
      await signIn(page, userOf(ADA));
      await page.locator(".chosen strong").waitFor();
      await page.getByLabel("Sequence", { exact: true }).fill(EXAMPLE);
      await page.getByLabel("Upload my own").check();
      await page.getByLabel("Genome file", { exact: true }).setInputFiles({
        name: "mine.fa",
        mimeType: "text/plain",
        buffer: Buffer.from(`>one\n${"ACGT".repeat(100)}\n`),
      });
      oidc.state.expire();
      await page.getByRole("button", { name: "Design guides" }).click();
      const dialog = page.getByRole("dialog", { name: "Your session has ended" });
      await dialog.waitFor();
      await assertAccessible(page);
      await dialog.getByRole("button", { name: "Not now" }).click();
      await page.getByText("Signed out. Your session has ended. Sign in again to go on.").waitFor();

      await page.getByRole("button", { name: "Design guides" }).click();
      // The service has forgotten the user too, so that the window asks.
      await page.context().clearCookies();
      const [beside] = await Promise.all([
        page.waitForEvent("popup"),
        dialog.getByRole("button", { name: "Sign in again" }).click(),
      ]);
      await Promise.all([beside.waitForEvent("close"), identify(beside, userOf(ADA))]);
      await page.getByRole("heading", { name: /Guides for lambda_cI|Guides/ }).waitFor();
      await page.waitForURL(/#\/jobs\//);
      assert.ok(standIn.state.genomes.has("mine"), "the chosen file was not lost");
      await page.getByRole("heading", { name: "Complete" }).waitFor();
    }));

  test("a window that is refused, or in which somebody else signs in, leaves the page as it is", () =>
    at("#/", async (page) => {
      await signIn(page, userOf(ADA));
      await page.locator(".chosen strong").waitFor();
      await page.getByLabel("Sequence", { exact: true }).fill(EXAMPLE);
      oidc.state.expire();
      await page.getByRole("button", { name: "Design guides" }).click();
      const again = page.getByRole("button", { name: "Sign in again" });
      await again.waitFor();
      await page.context().clearCookies();
      const [beside] = await Promise.all([page.waitForEvent("popup"), again.click()]);
      await Promise.all([beside.waitForEvent("close"), identify(beside, userOf(BOB))]);
      await page.getByText(`You have signed in as ${BOB}, but this page is ${ADA}’s.`).waitFor();
      await page.evaluate(() => void Object.assign(window, { open: () => null }));
      await again.click();
      await page.getByText("The browser has blocked the window.").waitFor();
      await assertAccessible(page);
      await page.context().clearCookies();
      await page.getByRole("button", { name: "Sign in on this page" }).click();
      await identify(page, userOf(ADA));
      await page.locator(".chosen strong").waitFor();
      assert.equal(await page.getByLabel("Sequence", { exact: true }).inputValue(), EXAMPLE);
    }));

  test("a sign-in that is refused, or not this page’s, is told of, and can be tried again", () =>
    at("#/jobs/mine", async (page) => {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("The sign-in was refused: access_denied.").waitFor();
      assert.equal(page.url(), `${standIn.url}#/jobs/mine`);
      await page.goto(`${standIn.url}?code=of-another&state=of-another`);
      await page.getByText("That sign-in was begun elsewhere, or too long ago.").waitFor();
      assert.equal(page.url(), standIn.url);
      oidc.state.broken = true;
      await page.getByRole("button", { name: "Sign in" }).click();
      await identify(page, userOf(ADA));
      await page.getByText("The sign-in was refused (503).").waitFor();
      oidc.state.broken = false;
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.locator(".chosen strong").waitFor();
    }));

  test("the first load, which asks to sign in, is below 60 kB", async () => {
    const page = await browser.newPage();
    const total = await weighed(page, () => page.goto(standIn.url, { waitUntil: "networkidle" }));
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.close();
    assert.ok(total > 10_000 && total < 60_000, `${total} bytes`);
  });

  test("an administrator may delete what others share", () =>
    at("#/jobs/shared", async (page) => {
      await signIn(page, userOf("admin@lab.example"));
      await page.getByText("You can read this job because its owner shares it.").waitFor();
      await page.getByRole("button", { name: "Delete this job" }).waitFor();
    }));

  test("whoever is not signed in may read about the method", () =>
    at("#/about", async (page) => {
      await page.getByText("Index format").waitFor();
      await page.getByRole("link", { name: "Design", exact: true }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    }));

  for (const [name, options] of /** @type {[string, BrowserContextOptions][]} */ ([
    ["light", {}],
    [
      "dark small phone",
      { viewport: { width: 360, height: 780 }, colorScheme: "dark", hasTouch: true, isMobile: true },
    ],
  ])) {
    test(`accessible and without overflow: ${name}`, () =>
      at(
        "#/jobs/mine",
        async (page) => {
          const shown = (/** @type {string} */ state) => assertShown(page, `${name} ${state}`.replaceAll(" ", "-"));
          await page.getByRole("button", { name: "Sign in" }).waitFor();
          await shown("sign-in");
          await signIn(page, userOf(ADA));
          await page.locator(".la-vz-annotation").first().waitFor();
          await page.getByText("Download", { exact: true }).click();
          await shown("signed-in-job");
          await page.keyboard.press("Escape");
          await page.getByRole("link", { name: "Design", exact: true }).click();
          await page.locator(".chosen strong").waitFor();
          await page.getByRole("complementary", { name: "Your jobs" }).waitFor();
          await shown("signed-in-form");
          await page.goto(`${standIn.url}#/jobs/bobs`);
          await page.getByRole("heading", { name: "No such job" }).waitFor();
          await shown("not-shared");
          oidc.state.expire();
          await page.goto(`${standIn.url}#/jobs/mine`);
          await page.getByRole("button", { name: "Sign in again" }).waitFor();
          await shown("session-ended");
        },
        options,
      ));
  }
});
