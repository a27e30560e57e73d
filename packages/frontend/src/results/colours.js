/**
 * @import {Verdict} from "../model/figures.js"
 */

/**
 * Return the style sheet's colours for canvases, which cannot use its variables. They depend on whether the user prefers
 * light or dark.
 */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  document.body.append(probe);

  /**
   * The browser resolves light-dark() only where the colour is used, so an element has to use it.
   * @param {string} name of a variable of the style sheet
   */
  function colour(name) {
    probe.style.color = style.getPropertyValue(`--${name}`);
    return getComputedStyle(probe).color;
  }

  const found = {
    text: colour("text"),
    soft: colour("soft"),
    line: colour("line"),
    accent: colour("accent"),
    mark: colour("mark"),
  };
  // Verdicts keep their colours even where the user forces others: in a drawing nothing else distinguishes them.
  probe.style.forcedColorAdjust = "none";
  /** @type {Record<Verdict, string>} */
  const verdicts = {
    both: colour("both"),
    efficient: colour("efficient"),
    specific: colour("specific"),
    neither: colour("neither"),
  };
  probe.remove();
  return { ...found, verdicts };
}

/**
 * Redraw when the user changes between light and dark, and for printing, which is always light.
 * @param {() => void} redraw
 * @param {AbortSignal} signal
 */
export function onSchemeChange(redraw, signal) {
  for (const query of ["(prefers-color-scheme: dark)", "print"])
    matchMedia(query).addEventListener("change", redraw, { signal });
}
