import { ApiError } from "../api.js";

/**
 * @import {Upload} from "../types.js"
 */

/**
 * Upload a file with a form of the API.
 * @param {Upload} upload
 * @param {File} file
 * @param {(share: number) => void} onProgress called with the share that has been sent, 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 * @throws {ApiError}
 */
export function sendFile(upload, file, onProgress, signal) {
  if (file.size > upload.limit) {
    const most = Math.floor(upload.limit / 1e6).toLocaleString("en");
    return Promise.reject(new ApiError("File too large", `A file of a genome may have up to ${most} MB.`, 413));
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  // S3 ignores fields after the file.
  form.append("file", file);
  return new Promise((resolve, reject) => {
    // fetch does not report the progress of an upload.
    const request = new XMLHttpRequest();
    const fail = (/** @type {string} */ detail) => reject(new ApiError("Upload failed", detail, request.status));
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : fail(refusal(request.responseText))));
    request.addEventListener("error", () => fail("The connection was lost during the upload. Try again."));
    request.addEventListener("abort", () => fail("The upload was cancelled."));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", upload.url);
    request.send(form);
  });
}

/** @param {string} answer XML */
function refusal(answer) {
  const message = /<Message>([^<]+)<\/Message>/.exec(answer)?.[1];
  return message ? `The storage refused the file: ${message}` : "The storage refused the file.";
}
