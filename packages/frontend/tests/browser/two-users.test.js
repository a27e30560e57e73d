/**
 * Two users, where people sign in. PAGE_URL names a page that is deployed, and USERS, in JSON, two users with their
 * passwords; without them the page of dist/ is served with stand-ins for the API and for the service that signs people in.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startOidc } from "../support/oidc.js";
import { startStandIn } from "../support/stand-in.js";
import { launch, readAll, skip, withPage } from "./browser.js";
import { signIn } from "./sign-in.js";

/**
 * @import {Browser} from "playwright-core"
 * @import {User} from "./sign-in.js"
 */

const PATIENCE = 120_000;
/** @type {[User, User]} */
const [ADA, BOB] = JSON.parse(
  process.env.USERS ?? '[{"email": "ada@lab.example", "password": "a"}, {"email": "bob@lab.example", "password": "b"}]',
);

describe("two users", { skip }, () => {
  /** @type {Browser} */
  let browser;
  let address = process.env.PAGE_URL ?? "";
  let stop = () => {};

  before(async () => {
    if (!address) {
      const oidc = await startOidc();
      const standIn = await startStandIn({ oidc });
      address = standIn.url;
      stop = () => {
        standIn.stop();
        oidc.stop();
      };
    }
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    stop();
  });

  test("one designs guides and shares them, the other reads them, and neither is left signed in", () =>
    withPage(browser, address, async (page) => {
      await signIn(page, ADA);
      await page.getByRole("button", { name: "Example: λ" }).click();
      await page.locator(".chosen strong").waitFor();
      await page.getByRole("button", { name: "Design guides" }).click();
      await page.getByRole("heading", { name: "Complete" }).waitFor({ timeout: PATIENCE });
      await page.reload();
      await page.locator(".tabulator-row").first().waitFor();
      const guides = Number(/^(\d+) guides/.exec(await page.locator(".summary").innerText())?.[1]);
      assert.ok(guides > 20, `${guides} guides`);
      await page.locator("button.guide").first().click();
      await page.locator(".sites tbody tr").nth(1).waitFor();
      await page.keyboard.press("Escape");

      await withPage(browser, page.url(), async (other) => {
        await other.getByText("Sign in to open this job").waitFor();
        await signIn(other, BOB);
        await other.getByRole("heading", { name: "No such job" }).waitFor();
        await page.getByLabel("Can be opened by").selectOption({ label: "everybody here who has the link" });
        await page.getByText("Shared. Others can read it").waitFor();
        await other.reload();
        await other.locator(".tabulator-row").first().waitFor();
        assert.ok(await other.getByRole("button", { name: "Delete this job" }).isHidden());
        // One file is the API's answer, and the other is elsewhere, where the token must not go.
        for (const [name, beginning] of [
          ["CSV", "id,contig,start"],
          ["Excel", "PK"],
        ]) {
          await other.getByText("Download", { exact: true }).click();
          const [download] = await Promise.all([
            other.waitForEvent("download"),
            other.getByRole("button", { name: name ?? "" }).click(),
          ]);
          assert.ok((await readAll(download)).startsWith(beginning ?? ""));
          await other.keyboard.press("Escape");
        }
        await other.getByRole("button", { name: "Sign out" }).click();
        await other.getByRole("heading", { name: "Sign in" }).waitFor();
      });

      await page.getByRole("link", { name: "Design", exact: true }).click();
      const own = page.getByRole("complementary", { name: "Your jobs" });
      await own.getByRole("link", { name: "lambda_cI" }).first().click();
      await page.getByRole("button", { name: "Delete this job" }).click();
      await page.getByRole("button", { name: "Delete for good" }).click();
      await page.getByRole("heading", { name: "Job deleted" }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in" }).click();
      // The service has forgotten the user too.
      await page.getByLabel("Password").waitFor();
    }));
});
