/** A browser, and the page with a stand-in for its API that has jobs of every kind. */
import { after, before, describe } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { jobOf } from "../support/samples.js";
import { startStandIn } from "../support/stand-in.js";
import { findTargets, manyTargets, randomBases, scoreGuides } from "../support/targets.js";
import { launch, skip, withPage } from "./browser.js";

/**
 * @import {Browser, BrowserContextOptions, Page} from "playwright-core"
 */

/** A sequence without guides. */
export const BARE = "ACTATTACATAAC".repeat(20);
export const GUIDES = "ACGTTGCATTAGCAATCGTACGTGGACCGATTAGCATTTTCCGGATAGGCTAACGGTTACCATGG";
export const FAILURE = "The genome's file has no sequence: mine.fa is empty. Upload it again.";

/** @typedef {Awaited<ReturnType<typeof startStandIn>>} StandIn */
/** @typedef {(fragment: string, run: (page: Page) => Promise<void>, options?: BrowserContextOptions) => Promise<void>} At */

/**
 * @param {string} name
 * @param {(given: {at: At, browser: () => Browser, standIn: () => StandIn}) => void} tests
 */
export function suite(name, tests) {
  describe(name, { skip }, () => {
    /** @type {Browser} */
    let browser;
    /** @type {StandIn} */
    let standIn;

    before(async () => {
      standIn = await startStandIn({ jobs: jobs() });
      browser = await launch();
    });
    after(async () => {
      await browser?.close();
      standIn?.stop();
    });
    tests({
      at: (fragment, run, options) => withPage(browser, `${standIn.url}${fragment}`, run, options),
      browser: () => browser,
      standIn: () => standIn,
    });
  });
}

function jobs() {
  const some = findTargets(EXAMPLE);
  const alone = findTargets(`>NC_001416.1\n${randomBases(300)}`);
  const done = (/** @type {number} */ guides) => ({
    status: /** @type {const} */ ("complete"),
    progress: { guides, consensusDone: guides, offTargetDone: guides },
  });
  return {
    failed: { job: jobOf("failed", { status: "failed", reason: FAILURE, genome: "mine" }), targets: [] },
    half: {
      job: jobOf("half", {
        status: "failed",
        reason: "Chunk 3 failed five times.",
        progress: { guides: 900, consensusDone: 600, offTargetDone: 900 },
      }),
      targets: [],
    },
    some: { job: jobOf("some", done(some.length)), targets: some, query: `${EXAMPLE}\n>bare\n${BARE}\n` },
    alone: { job: jobOf("alone", done(alone.length)), targets: alone },
    own: {
      job: jobOf("own", { ...done(2), kind: "guides" }),
      targets: scoreGuides(["ACGTACGTACGTACGTACGT", "GGTTTAGCAATTGCGATCCATGG"]),
    },
    none: { job: jobOf("none", done(0)), targets: [] },
    many: { job: jobOf("many", done(10_000)), targets: manyTargets(10_000) },
    huge: { job: jobOf("huge", done(22_000)), targets: manyTargets(22_000) },
    broken: { job: jobOf("broken", done(3)), targets: /** @type {any} */ ([null, null, null]) },
    notified: { job: jobOf("notified"), targets: some },
    slow: { job: jobOf("slow"), targets: some },
    unwanted: { job: jobOf("unwanted", done(some.length)), targets: some, query: EXAMPLE },
    gone: { job: jobOf("gone"), targets: [], gone: true },
  };
}
