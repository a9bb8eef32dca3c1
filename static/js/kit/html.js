import { morph } from "./morph.js";

/** Text that is safe to become HTML: made by `html` only. */
class Safe {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escape = (text) => text.replace(/[&<>"']/g, (c) => ESCAPES[c]);

function part(value) {
  if (value instanceof Safe) return value.text;
  if (Array.isArray(value)) return value.map(part).join("");
  if (value === null || value === undefined || value === false) return "";
  return escape(String(value));
}

/**
 * A tagged template that escapes every value, except what another `html` made.
 * Attributes must be quoted in the template.
 * @returns {Safe}
 */
export function html(strings, ...values) {
  return new Safe(strings.reduce((text, next, i) => text + part(values[i - 1]) + next));
}

/**
 * The one place that turns text into elements. What the element holds is changed in place: nodes may be those of before, so
 * listeners belong on the element itself, or are properties such as `onclick`, which take each other's place.
 * @param {Element} element
 * @param {Safe} safe
 */
export function render(element, safe) {
  if (!(safe instanceof Safe)) throw new TypeError("render() takes what html`…` made");
  if (!element.hasChildNodes()) return Object.assign(element, { innerHTML: safe.text });
  morph(element, Object.assign(element.cloneNode(false), { innerHTML: safe.text }));
  return element;
}

/** The same where it is about something else, though it may look alike: nothing of before stays. */
export function replace(element, safe) {
  element.replaceChildren();
  return render(element, safe);
}

const sprite = new URL("../../icons.svg", import.meta.url).pathname;

/** A decorative icon of icons.svg. @param {string} name */
export const icon = (name) =>
  html`<svg class="icon" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`;
