/** Forms made of a list of fields. */

import { html, render } from "./html.js";

/**
 * @typedef {object} Field
 * @property {string} name      the API's name of it
 * @property {string} label
 * @property {"text"|"email"|"password"|"number"|"check"|"select"} [type]
 * @property {string|number} [value]
 * @property {{value: string|number, label: string}[]} [options]
 * @property {string} [note]    below the field
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [required]
 * @property {string} [autocomplete]
 */

const id = ({ name }) => `form-${name}`;

function input(field) {
  const { name, type = "text", value = "", options = [], min, max, required } = field;
  const described = html`aria-describedby="${id(field)}-note"`;
  if (type === "select") {
    return html`<select id="${id(field)}" name="${name}" ${described}>${options.map((option) => html`<option value="${option.value}" ${String(option.value) === String(value) ? html`selected` : ""}>${option.label}</option>`)}</select>`;
  }
  const limits = type === "number" ? html`min="${min ?? 0}" ${max === undefined ? "" : html`max="${max}"`} step="1" inputmode="numeric"` : "";
  return html`<input id="${id(field)}" name="${name}" type="${type}" value="${value}" autocomplete="${field.autocomplete ?? "off"}" autocapitalize="none" spellcheck="false" ${limits} ${required ? html`required` : ""} ${described}>`;
}

function control(field) {
  const note = html`<small id="${id(field)}-note">${field.note ?? ""}</small>`;
  if (field.type === "check") {
    return html`<label class="check"><input id="${id(field)}" name="${field.name}" type="checkbox" ${Number(field.value) ? html`checked` : ""} aria-describedby="${id(field)}-note"> ${field.label}</label>${note}`;
  }
  return html`<div class="field"><label for="${id(field)}">${field.label}</label>${input(field)}${note}</div>`;
}

/** @param {Field[]} fields @param {string} submit  what the button says */
export const form = (name, fields, submit) => html`<form id="${name}" class="fields" autocomplete="off">
    ${fields.map(control)}
    <p class="error" role="alert"></p>
    <div class="actions"><button class="primary" type="submit">${submit}</button></div>
  </form>`;

const read = (element) => (element.type === "checkbox" ? String(Number(element.checked)) : element.value);

/** What the fields say. @param {HTMLFormElement} form @param {Field[]} fields @returns {Object<string, string>} */
export const values = (form, fields) => Object.fromEntries(fields.map(({ name }) => [name, read(form.elements[name])]));

/** What of it is other than it was. */
export function changed(form, fields) {
  const now = values(form, fields);
  const before = ({ type, value = "" }) => (type === "check" ? String(Number(value)) : String(value));
  return Object.fromEntries(fields.filter((field) => now[field.name] !== before(field)).map(({ name }) => [name, now[name]]));
}

/** A fault in the words of the form: the API calls the field by its name there. */
const inWords = ({ key, message, said }, { name, label }) => (key === name && message.startsWith(`${name} `) ? label + message.slice(name.length) : (said ?? message));

/** Says what is wrong where it is wrong. @param {HTMLFormElement} form @param {Field[]} fields @param {Error|null} error */
export function complain(form, fields, error) {
  const faults = error === null ? [] : (error.responses ?? [{ key: "", message: error.message }]);
  for (const field of fields) {
    const fault = faults.find(({ key }) => key === field.name);
    form.elements[field.name].setAttribute("aria-invalid", String(fault !== undefined));
    const note = form.querySelector(`#${id(field)}-note`);
    note.textContent = fault ? inWords(fault, field) : (field.note ?? "");
    note.classList.toggle("error", fault !== undefined);
  }
  const others = faults.filter(({ key }) => !fields.some(({ name }) => name === key));
  render(form.querySelector("p.error"), html`${others.map(({ message, said }) => said ?? message).join(" ")}`);
  form.querySelector("[aria-invalid=true]")?.focus();
}
