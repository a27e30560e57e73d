/** A headless browser. An error in a page fails the test that opened it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

/**
 * @import {Browser, BrowserContextOptions, Download, Page} from "playwright-core"
 */

const PATHS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const PICTURES = path.join(import.meta.dirname, "../../build/screenshots");

/** The path of the browser. Without one the tests are skipped and say so, or fail if CI is set. */
export const executablePath = PATHS.find((file) => file && existsSync(file));
export const skip = executablePath ? false : "no Chromium found: install it, or set CHROMIUM to its path";
if (skip && process.env.CI) throw new Error(skip);

/** @returns {Promise<Browser>} */
export function launch() {
  // Root cannot use the sandbox, and without the other options the browser calls its maker's servers.
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
 * Run something on a new page. It fails on errors of scripts and violations of the content security policy.
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
 * Check what is shown against the rules of accessibility.
 * @param {Page} page
 */
export async function assertAccessible(page) {
  // Evaluated like the tools of a browser, so that the page's policy stays in force.
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
 * Measure how long something takes in the page, and for how long the page does not respond meanwhile.
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
    // The last task is reported after it has ended.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { milliseconds, longestTask: Math.max(...tasks) };
  });
}

/**
 * Return how many bytes a page loads of what is static, compressed.
 * @param {Page} page
 * @param {() => Promise<unknown>} run
 */
export async function weighed(page, run) {
  /** @type {Promise<Buffer>[]} */
  const bodies = [];
  page.on("response", (response) => response.url().includes("/api/") || bodies.push(response.body()));
  await run();
  return (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
}

/**
 * Save a picture of the page in the folder that SCREENSHOTS names, or in build/.
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  const folder = process.env.SCREENSHOTS ?? PICTURES;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/**
 * Check that the page is accessible, and that nothing of it is wider than the window.
 * @param {Page} page
 * @param {string} name
 */
export async function assertShown(page, name) {
  await picture(page, name);
  await assertAccessible(page);
  const [wide, visible] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= visible, `${name} is ${wide} wide on ${visible}`);
}

/**
 * @param {Download} download
 * @returns {Promise<string>}
 */
export async function readAll(download) {
  const parts = await (await download.createReadStream()).toArray();
  return Buffer.concat(parts).toString();
}
