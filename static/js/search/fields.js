/** The fields of the filters, as filters.js declares them: each shows what the search has, and changes it. */

import { $ } from "../kit/dom.js";
import { html, render } from "../kit/html.js";
import { afterPress } from "../kit/press.js";
import { phone } from "../kit/screen.js";
import { FILTERS, used } from "./filters.js";
import * as fold from "./fold.js";
import * as rangeMenu from "./range-menu.js";
import { SORTS } from "./sorts.js";
import { state } from "./state.js";

/** Milliseconds after the last letter. */
const TYPING = 250;

/** @typedef {import("./filters.js").Filter} Filter */

const id = ({ key, top }) => (top ? key : `f-${key}`);
const field = (filter) => $(id(filter));
const radios = ({ key }) => $("filters").querySelectorAll(`[name="${key}"]`);

/** Leaves alone a field whose text, as far as it is typed, means just that. */
function put(filter, value) {
  const { typed = (text) => text } = filter;
  const shown = filter.written?.(value) ?? value;
  if (document.activeElement === field(filter) && typed(field(filter).value) === typed(shown)) return;
  field(filter).value = shown;
}

/** Typing searches by itself, a moment after the last letter. */
function listenTo(filter) {
  const { key, typed = (text) => text } = filter;
  const element = field(filter);
  let waiting = 0;
  const take = () => {
    clearTimeout(waiting);
    waiting = 0;
    state.expected(take);
    const value = typed(element.value);
    element.setAttribute("aria-invalid", String(element.value.trim() !== "" && value === ""));
    state.change({ [key]: value }, { typing: true });
  };
  element.addEventListener("input", () => {
    clearTimeout(waiting);
    state.expect(take);
    // Another list and another chart would take away what is pressed.
    waiting = setTimeout(() => afterPress(take), TYPING);
  });
  const changed = () => {
    take();
    state.settle();
  };
  const left = () => {
    if (waiting) take();
    draw();
  };
  element.addEventListener("change", () => afterPress(changed));
  element.addEventListener("blur", () => afterPress(left));
}

const options = (all) => html`${all.map(([value, text]) => html`<option value="${value}">${text}</option>`)}`;

/** What may be chosen now; a value that is not among it, such as another customer's group, after the first. */
function choices({ key, options: all, shown = (value) => value, words }, search) {
  const value = shown(search[key]);
  const [first, ...rest] = all(search);
  if (!first || [first, ...rest].some(([one]) => one === value)) return { value, all: first ? [first, ...rest] : [] };
  return { value, all: [first, [value, words(value, search)], ...rest] };
}

const choose = ({ key, drops = {} }, value) => state.change({ [key]: value, ...drops });

/**
 * The kinds of field: `control` is how it looks, `show` brings it into line with the search, `listen` changes the search.
 * @type {Object<string, {control?: (filter: Filter) => any, show: (filter: Filter, search: import("../types.js").Search) => void, listen: (filter: Filter, again: () => void) => void}>}
 */
const KINDS = {
  range: { show: (_, search) => rangeMenu.draw(search), listen: (_, again) => rangeMenu.start(again) },
  text: {
    control: (filter) => html`<input id="${id(filter)}" name="${filter.key}" ${filter.hint ? html`aria-label="${filter.hint}"` : ""} placeholder="${filter.placeholder}" autocomplete="off" spellcheck="false">`,
    show: (filter, search) => put(filter, search[filter.key]),
    listen: listenTo,
  },
  select: {
    control: (filter) => html`<select id="${id(filter)}" name="${filter.key}"></select>`,
    show(filter, search) {
      const { value, all } = choices(filter, search);
      field(filter).closest(".field").hidden = all.length === 0;
      render(field(filter), options(all));
      field(filter).value = value;
    },
    listen: (filter) => field(filter).addEventListener("change", ({ target }) => choose(filter, target.value)),
  },
  segments: {
    control: (filter) => html`<div class="segments">${filter.options().map(([value, text]) => html`<label><input type="radio" name="${filter.key}" value="${value}"><span>${text}</span></label>`)}</div>`,
    show(filter, search) {
      for (const radio of radios(filter)) radio.checked = radio.value === search[filter.key];
    },
    listen(filter) {
      for (const radio of radios(filter)) radio.addEventListener("change", () => choose(filter, radio.value));
    },
  },
};

const shown = FILTERS.filter((one) => one.field);
const inForm = shown.filter(({ top }) => !top);
const control = (filter) => KINDS[filter.field].control(filter);

/** A field with its label; two of a pair share one. */
function labelled(filter, i) {
  const { pair } = filter;
  if (pair && inForm[i - 1]?.pair === pair) return "";
  if (pair) return html`<fieldset class="field"><legend>${pair}</legend><div class="pair">${control(filter)}<span aria-hidden="true">–</span>${control(inForm[i + 1])}</div></fieldset>`;
  if (filter.field === "segments") return html`<fieldset class="field"><legend>${filter.label}</legend>${control(filter)}</fieldset>`;
  return html`<label class="field" for="${id(filter)}"><span>${filter.label}</span>${control(filter)}</label>`;
}

/** Where the headings of the list are not seen. */
function make() {
  const orders = SORTS.flatMap(({ sort, orders: both }) => both.map(([order, text]) => [`${sort} ${order}`, text]));
  render($("fields"), html`${inForm.map(labelled)}<label class="field phone" for="f-sort"><span>Order</span><select id="f-sort">${options(orders)}</select></label>`);
}

/** Brings the fields into line with the search. */
export function draw() {
  const { search } = state;
  for (const filter of shown) KINDS[filter.field].show(filter, search);
  $("f-sort").value = `${search.sort} ${search.order}`;
  const inside = used(search).filter(({ top }) => !top).length;
  $("clear").hidden = used(search).length === 0;
  const badge = $("open-filters").querySelector(".badge");
  badge.hidden = inside === 0;
  badge.textContent = String(inside);
}

function clear() {
  for (const element of $("fields").querySelectorAll("[aria-invalid]")) element.setAttribute("aria-invalid", "false");
  state.clear();
  $("search").focus();
}

/** On a phone the fields are in a sheet of their own. */
function settlePlace() {
  $(phone.matches ? "filters-sheet-place" : "filters-place").append($("filters"));
  if (!phone.matches) $("filters-sheet").close();
}

/** @param {() => void} again  the same search once more */
export function start(again) {
  make();
  for (const filter of shown) KINDS[filter.field].listen(filter, again);
  $("f-sort").addEventListener("change", () => {
    const [sort, order] = $("f-sort").value.split(" ");
    state.change({ sort, order });
  });
  for (const form of [$("find"), $("filters")]) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  $("clear").addEventListener("click", clear);
  $("open-filters").addEventListener("click", () => $("filters-sheet").showModal());
  phone.addEventListener("change", settlePlace);
  state.addEventListener("change", draw);
  settlePlace();
  fold.start(clear);
  draw();
}
