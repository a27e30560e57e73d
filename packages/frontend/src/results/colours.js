/**
 * @import {Verdict} from "./figures.js"
 */

/** The colours of the style sheet, for what is drawn without it: they depend on the user's choice of light or dark. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  document.body.append(probe);
  // The style sheet's light-dark() is worked out only where it is used.
  const colour = (/** @type {string} */ name) => ((probe.style.color = style.getPropertyValue(`--${name}`)), getComputedStyle(probe).color);
  /** @type {Record<Verdict, string>} */
  const verdicts = { both: colour("both"), efficient: colour("efficient"), specific: colour("specific"), neither: colour("neither") };
  const found = { verdicts, text: colour("text"), soft: colour("soft"), line: colour("line"), accent: colour("accent"), mark: colour("mark") };
  probe.remove();
  return found;
}

/**
 * @param {() => void} redraw called whenever the user changes between light and dark, and for paper, which is light
 * @param {AbortSignal} signal
 */
export function onSchemeChange(redraw, signal) {
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw, { signal });
}
