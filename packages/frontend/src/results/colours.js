/**
 * @import {Verdict} from "../model/figures.js"
 */

/** The colours of the style sheet, for what is drawn without it: they depend on the user's choice of light or dark. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  document.body.append(probe);
  // Verdicts keep their colours where the user chooses the others: they are told by nothing else in a drawing.
  const own = (/** @type {string} */ name) => ((probe.style.forcedColorAdjust = "none"), colour(name));
  // The style sheet's light-dark() is worked out only where it is used.
  const colour = (/** @type {string} */ name) => ((probe.style.color = style.getPropertyValue(`--${name}`)), getComputedStyle(probe).color);
  const found = { text: colour("text"), soft: colour("soft"), line: colour("line"), accent: colour("accent"), mark: colour("mark") };
  /** @type {Record<Verdict, string>} */
  const verdicts = { both: own("both"), efficient: own("efficient"), specific: own("specific"), neither: own("neither") };
  probe.remove();
  return { ...found, verdicts };
}

/**
 * @param {() => void} redraw called whenever the user changes between light and dark, and for paper, which is light
 * @param {AbortSignal} signal
 */
export function onSchemeChange(redraw, signal) {
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", redraw, { signal });
}
