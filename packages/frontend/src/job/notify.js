import { fill, h } from "../dom/elements.js";

/**
 * Tell the user that a job is over, where the browser may and the page is out of sight.
 * @param {string} title
 */
export function notifier(title) {
  const able = "Notification" in globalThis && Notification.permission !== "denied" && isSecureContext;
  const button = h("button", { type: "button", hidden: !able, click: ask }, "Notify me");
  let wanted = able && Notification.permission === "granted";
  show();

  function show() {
    fill(button, wanted ? "A notification follows" : "Notify me when it is done");
    button.disabled = wanted;
  }

  async function ask() {
    const permission = await Notification.requestPermission();
    wanted = permission === "granted";
    show();
    if (permission === "denied") fill(button, "Notifications are blocked in this browser");
  }

  return {
    button,
    /** @param {string} text */
    tell(text) {
      button.hidden = true;
      if (wanted && document.hidden) new Notification(title, { body: text });
    },
  };
}
