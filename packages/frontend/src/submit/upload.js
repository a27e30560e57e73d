import { ApiError } from "../api.js";

/**
 * @import {Upload} from "../types.js"
 */

/**
 * Send a file to where a form says.
 * @param {Upload} upload
 * @param {File} file
 * @param {(share: number) => void} onProgress 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 * @throws {ApiError}
 */
export function sendFile(upload, file, onProgress, signal) {
  if (file.size > upload.limit) {
    const most = Math.floor(upload.limit / 1e6).toLocaleString("en");
    return Promise.reject(new ApiError("File too large", `A genome's file may have up to ${most} MB.`, 413));
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  // Storage ignores whatever comes after the file.
  form.append("file", file);
  return new Promise((resolve, reject) => {
    // fetch does not tell how much was sent.
    const request = new XMLHttpRequest();
    const fail = (/** @type {string} */ detail) => reject(new ApiError("Upload failed", detail, request.status));
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : fail(refusal(request.responseText))));
    request.addEventListener("error", () => fail("The connection broke while the file was sent. Try again."));
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
