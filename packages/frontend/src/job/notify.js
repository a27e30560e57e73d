import { fill, h } from "../dom/elements.js";

/**
 * Create the button that asks for a notification when a job has finished. It is shown only if the page is out of sight.
 * @param {string} title
 */
export function notifier(title) {
  const able = "Notification" in globalThis && Notification.permission !== "denied" && isSecureContext;
  const button = h("button", { type: "button", hidden: !able, click: ask }, "Notify me");
  let wanted = able && Notification.permission === "granted";
  show();

  function show() {
    fill(button, wanted ? "You will be notified" : "Notify me when the job has finished");
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
    /**
     * Notify the user, if they asked for it.
     * @param {string} text
     */
    notify(text) {
      button.hidden = true;
      if (wanted && document.hidden) new Notification(title, { body: text });
    },
  };
}
