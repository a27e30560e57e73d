/**
 * The picture of the README: guides for lacI of E. coli K-12. `npm run picture` takes it anew; the tests check that the page
 * still shows what is in it. Pixels are not compared, because fonts differ between machines.
 *
 * support/lacI.json has the query, and the targets that `crackling design --region NC_000913.2:365652-366734 --genome
 * GCF_000005845.1 --no-annotation --format json` writes for it.
 */
import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { genomeOf, jobOf } from "../support/samples.js";
import { startStandIn } from "../support/stand-in.js";
import { launch, skip, withPage } from "./browser.js";

/**
 * @import {Browser, Page} from "playwright-core"
 * @import {Target} from "../../src/types.js"
 */

const PICTURE = path.join(import.meta.dirname, "../../../../docs/images/result.png");
const SAMPLE = path.join(import.meta.dirname, "../support/lacI.json");
const SIZE = { width: 1400, height: 1120 };
const LARGEST_BYTES = 200_000;
const GENOME = "GCF_000005845.1";
const REGION = "NC_000913.2:365652-366734";
/** The query and the genome that the picture shows. */
const TEXTS = [
  `Guides for ${REGION}`,
  "Escherichia coli str. K-12 substr. MG1655",
  "148 guides; 51 efficient and specific",
  "Specificity and efficiency",
  "Bases 1 to 1,083 of 1,083",
];
const HEADINGS = ["No.", "Guide", "PAM", "Strand", "Location", "GC %", "Efficient", "Votes", "Specific", "MIT", "CFD"];

describe("the picture of the README", { skip }, () => {
  /** @type {Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof startStandIn>>} */
  let standIn;

  before(async () => {
    const { query, targets } = /** @type {{query: string, targets: Target[]}} */ (
      JSON.parse(await readFile(SAMPLE, "utf8"))
    );
    const guides = targets.length;
    const job = jobOf("lacI", {
      status: "complete",
      region: REGION,
      genome: GENOME,
      organism: "Escherichia coli str. K-12 substr. MG1655",
      progress: { guides, consensusDone: guides, offTargetDone: guides },
      updated: "2026-11-20T10:00:04Z",
    });
    standIn = await startStandIn({ genomes: [genomeOf(GENOME)], jobs: { lacI: { job, targets, query } } });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    standIn?.stop();
  });

  test("shows a result as the page shows it", () =>
    withPage(
      browser,
      `${standIn.url}#/jobs/lacI`,
      async (page) => {
        for (const text of TEXTS) await page.getByText(text).first().waitFor();
        for (const name of HEADINGS) await page.getByRole("columnheader", { name, exact: true }).waitFor();
        await page.locator(".la-vz-annotation").first().waitFor();
        await page.locator(".uplot canvas").waitFor();
        if (process.env.PICTURE) await take(page);
        assert.deepEqual(await sizeOf(PICTURE), SIZE);
        assert.ok((await stat(PICTURE)).size < LARGEST_BYTES);
      },
      { viewport: SIZE, colorScheme: "light" },
    ));
});

/** @param {Page} page */
async function take(page) {
  await mkdir(path.dirname(PICTURE), { recursive: true });
  await writeFile(PICTURE, await page.screenshot());
}

/**
 * Read the size of a PNG from its header.
 * @param {string} file
 */
async function sizeOf(file) {
  const bytes = await readFile(file);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
