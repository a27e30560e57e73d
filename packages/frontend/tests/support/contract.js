/** Read what the API tells about itself; its own tests keep the file up to date. */
import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @import {About} from "../../src/types.js"
 */

/** @type {Omit<About, "versions" | "mailDomains">} */
const described = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../contract/about.json"), "utf8"));

/** @type {About} */
export const ABOUT = {
  ...described,
  versions: { package: "0.1.0", indexFormat: 2, model: "sgRNA Scorer 2.0" },
  mailDomains: [],
};
