/** Signing in, as a user does at the service that the deployment names. */

/**
 * @import {Page} from "playwright-core"
 */

/** @typedef {{email: string, password: string}} User */

/**
 * Fill in the form of the service.
 * @param {Page} page
 * @param {User} user
 */
export async function identify(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/**
 * Sign in from the page, and wait until it says so.
 * @param {Page} page
 * @param {User} user
 */
export async function signIn(page, user) {
  await page.getByRole("button", { name: "Sign in" }).click();
  await identify(page, user);
  await page.getByRole("group", { name: "Account" }).getByText(user.email).waitFor();
}
