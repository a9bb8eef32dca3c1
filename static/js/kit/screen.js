/**
 * What the page is shown on. The stylesheets ask the same and can't read it here: a test of the house compares the widths.
 */

/** One column, and sheets instead of panels. */
export const phone = matchMedia("(max-width: 720px)");
/** So little height that filters and chart would leave hardly a row: a phone on its side, or a page at twice its size. */
export const low = matchMedia("(max-height: 520px)");
/** A finger, which can't point. */
export const coarse = matchMedia("(pointer: coarse)");
/** Nothing is to move that needn't. */
export const calm = matchMedia("(prefers-reduced-motion: reduce)");
export const dark = matchMedia("(prefers-color-scheme: dark)");
