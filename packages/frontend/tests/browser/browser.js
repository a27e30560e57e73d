/** A headless browser of the machine's, whose pages fail the test that opened them when anything goes wrong in them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

/**
 * @import {Browser, BrowserContextOptions, Page} from "playwright-core"
 */

const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const PICTURES = path.join(import.meta.dirname, "../../build/screenshots");

/** Where the browser is; without one the tests are skipped and say so, or fail where CI is set. */
export const executablePath = PLACES.find((place) => place && existsSync(place));
export const skip = executablePath ? false : "no Chromium found: install it, or set CHROMIUM to its path";
if (skip && process.env.CI) throw new Error(skip);

/** @returns {Promise<Browser>} */
export function launch() {
  // Root cannot use the sandbox, and without these words the browser calls its maker's servers.
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ args, ...(executablePath && { executablePath }) });
}

/**
 * Run something on a fresh page. Errors of scripts and breaches of the content security policy fail it.
 * @param {Browser} browser
 * @param {string} address
 * @param {(page: Page) => Promise<void>} run
 * @param {BrowserContextOptions} [options]
 */
export async function withPage(browser, address, run, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => /Content.Security.Policy/i.test(message.text()) && wrong.push(message.text()));
  try {
    await page.goto(address);
    await run(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/**
 * Hold what is shown against the rules of accessibility.
 * @param {Page} page
 */
export async function assertAccessible(page) {
  // Run as the tools of a browser do: the page's policy stands.
  await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run();
    return violations.flatMap((/** @type {any} */ rule) =>
      rule.nodes.map((/** @type {any} */ node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    );
  });
  assert.deepEqual(found, []);
}

/**
 * How long something takes in the page, and for how long at most the page answers nothing meanwhile.
 * @param {Page} page that stays loaded
 * @param {() => Promise<unknown>} run
 */
export async function timed(page, run) {
  const watched = await page.evaluateHandle(() => {
    const tasks = [0];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ["longtask"],
    });
    return { tasks, begun: performance.now() };
  });
  await run();
  return watched.evaluate(async ({ tasks, begun }) => {
    const milliseconds = Math.round(performance.now() - begun);
    // The last task is told after it has ended.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { milliseconds, longestTask: Math.max(...tasks) };
  });
}

/**
 * Keep a picture of the page, in the folder that SCREENSHOTS names or in build/.
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  const folder = process.env.SCREENSHOTS ?? PICTURES;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
