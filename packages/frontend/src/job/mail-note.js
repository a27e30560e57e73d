import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { isFinished } from "../model/progress.js";

/** @import {Job} from "../types.js" */

/**
 * Create the note on the email that will be sent when a job has finished, with a button that withdraws its address.
 * @param {{address: string, pending: boolean} | undefined} mail what this browser knows of the address
 * @param {() => Promise<void>} withdraw
 */
export function mailNote(mail, withdraw) {
  const button = h("button", { type: "button", click: run }, "Withdraw the address");
  const told = h("p", { class: "note" }, textOf(mail), " ", button);
  const outcome = h("p", { class: "note", role: "status" });
  const element = h("div", { hidden: true }, told, outcome);

  async function run() {
    button.disabled = true;
    fill(outcome);
    try {
      await withdraw();
      told.hidden = true;
      fill(outcome, "The address is withdrawn: no email will be sent.");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(outcome, failure(`The address could not be withdrawn. ${error.message}`));
      button.disabled = false;
    }
  }

  return {
    element,
    /** @param {Job} job of this user */
    show(job) {
      // What was withdrawn here stays told, until the job has finished.
      element.hidden = isFinished(job) || !(job.mailDue || told.hidden);
    },
  };
}

/** @param {{address: string, pending: boolean} | undefined} mail */
function textOf(mail) {
  if (!mail) return "An email will be sent to the address that was given when this job has finished.";
  return mail.pending
    ? `Confirm the email that AWS has sent to ${mail.address}. Until you open its link, you will get no email when this job has finished.`
    : `An email will be sent to ${mail.address} when this job has finished.`;
}
