/** The outline of sound as a slider: what has been heard is coloured, a click or a drag goes somewhere else. */

import { duration as clock, spoken } from "../kit/format.js";
import { dark } from "../kit/screen.js";
import { loudest } from "./peaks.js";

/** Quiet calls are drawn larger, but noise stays small. */
const LARGEST_GAIN = 8;
/** Part of a lane's height that the loudest sample takes. */
const FILL = 0.94;
/** Seconds for the keys of a slider. */
const [STEP, LEAP] = [5, 30];

/**
 * A lane: column after column from the least to the largest sample.
 * @param {[number, number][]} points
 * @param {{width: number, top: number, height: number, gain: number, part: number}} place  part: of the width, that they cover
 */
function lane(points, { width, top, height, gain, part }) {
  const path = new Path2D();
  const middle = top + height / 2;
  const at = (x) => (x / (width * part)) * points.length;
  for (let x = 0; at(x) < points.length; x += 1) {
    const first = Math.floor(at(x));
    const span = points.slice(first, Math.max(first + 1, Math.floor(at(x + 1))));
    const above = span.reduce((most, [, largest]) => Math.max(most, largest), -1) * gain * (height / 2);
    const below = span.reduce((least, [smallest]) => Math.min(least, smallest), 1) * gain * (height / 2);
    const y = Math.round(middle - above);
    path.rect(x, y, 1, Math.max(1, Math.round(middle - below) - y));
  }
  return path;
}

export class Waveform {
  #slider;
  #canvas;
  #tip;
  #options;
  /** @type {import("../types.js").Peaks|null} */
  #peaks = null;
  #paths = [];
  #colours = {};
  /** Where the pointer holds the head, while it drags. */
  #held = null;
  #told = -1;

  /**
   * @param {HTMLElement} slider  holds a canvas and a .tip
   * @param {{seek: (second: number) => void, time: () => number, duration: () => number, skipped: () => [number, number][]}} options
   */
  constructor(slider, options) {
    this.#slider = slider;
    this.#canvas = slider.querySelector("canvas");
    this.#tip = slider.querySelector(".tip");
    this.#options = options;
    new ResizeObserver(() => this.redraw()).observe(slider);
    dark.addEventListener("change", () => this.redraw());
    slider.addEventListener("keydown", (event) => this.#key(event));
    slider.addEventListener("focus", () => this.say());
    slider.addEventListener("pointerdown", (event) => this.#down(event));
    slider.addEventListener("pointermove", (event) => this.#move(event));
    slider.addEventListener("pointerup", (event) => this.#up(event));
    slider.addEventListener("pointercancel", () => this.#cancel());
    slider.addEventListener("pointerleave", () => (this.#tip.hidden = this.#held === null));
  }

  /** @param {import("../types.js").Peaks|null} peaks */
  set peaks(peaks) {
    this.#peaks = peaks;
    this.redraw();
  }

  /** Size, colours or outline are others. */
  redraw() {
    const { clientWidth, clientHeight } = this.#slider;
    const scale = devicePixelRatio || 1;
    this.#canvas.width = Math.round(clientWidth * scale);
    this.#canvas.height = Math.round(clientHeight * scale);
    const style = getComputedStyle(this.#slider);
    this.#colours = Object.fromEntries(["rest", "heard", "silent"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.#paths = this.#lanes();
    this.draw();
  }

  /** What moves: the head, and what it has passed. */
  draw() {
    const { width, height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    const whole = this.#options.duration() || 1;
    const head = Math.round(Math.min(1, (this.#held ?? this.#options.time()) / whole) * width);
    context.clearRect(0, 0, width, height);
    context.fillStyle = this.#colours.silent;
    for (const [from, to] of this.#options.skipped()) context.fillRect((from / whole) * width, 0, ((to - from) / whole) * width, height);
    this.#paint(context, this.#colours.rest, head, width);
    this.#paint(context, this.#colours.heard, 0, head);
    context.fillStyle = this.#colours.heard;
    context.fillRect(Math.min(width - 1, Math.max(0, head - 1)), 0, Math.max(1, Math.round(devicePixelRatio)), height);
  }

  /** Where it is, for those who hear it; while it plays under the focus, only where somebody moved it. */
  say() {
    const [at, whole] = [Math.floor(this.#options.time()), Math.round(this.#options.duration())];
    this.#told = at;
    this.#slider.setAttribute("aria-valuemax", String(whole));
    this.#slider.setAttribute("aria-valuenow", String(Math.min(at, whole)));
    this.#slider.setAttribute("aria-valuetext", `${spoken(at)} of ${spoken(whole)}`);
  }

  /** Every second, unless that would be read out. */
  tick() {
    if (document.activeElement !== this.#slider && this.#told !== Math.floor(this.#options.time())) this.say();
  }

  #paint(context, colour, from, to) {
    const { height } = this.#canvas;
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, height);
    context.clip();
    context.fillStyle = colour;
    for (const path of this.#paths) context.fill(path);
    context.restore();
  }

  #lanes() {
    const { width, height } = this.#canvas;
    const channels = this.#peaks?.peaks ?? [];
    const loud = this.#peaks ? loudest(this.#peaks) : 0;
    const part = this.#peaks ? Math.min(1, this.#peaks.duration / (this.#options.duration() || 1)) : 1;
    if (loud === 0 || part === 0) return [line(width, height)];
    const gain = Math.min(LARGEST_GAIN, 1 / loud) * FILL;
    const each = height / channels.length;
    return channels.map((points, i) => lane(points, { width, top: i * each, height: each, gain, part }));
  }

  #second(event) {
    const { left, width } = this.#slider.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.#options.duration();
  }

  #point(event) {
    const { left, width } = this.#slider.getBoundingClientRect();
    this.#tip.textContent = clock(Math.floor(this.#second(event)));
    this.#tip.style.left = `${Math.min(width, Math.max(0, event.clientX - left))}px`;
    this.#tip.hidden = false;
  }

  #down(event) {
    if (event.button !== 0 || !this.#options.duration()) return;
    this.#slider.setPointerCapture(event.pointerId);
    this.#held = this.#second(event);
    this.#point(event);
    this.draw();
  }

  #move(event) {
    if (this.#options.duration()) this.#point(event);
    if (this.#held === null) return;
    this.#held = this.#second(event);
    this.draw();
  }

  #up(event) {
    if (this.#held === null) return;
    this.#held = null;
    if (event.pointerType !== "mouse") this.#tip.hidden = true;
    this.#options.seek(this.#second(event));
  }

  #cancel() {
    this.#held = null;
    this.#tip.hidden = true;
    this.draw();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { time, duration, seek } = this.#options;
    const to = {
      ArrowLeft: time() - STEP,
      ArrowDown: time() - STEP,
      ArrowRight: time() + STEP,
      ArrowUp: time() + STEP,
      PageDown: time() - LEAP,
      PageUp: time() + LEAP,
      Home: 0,
      End: duration(),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    seek(to);
  }
}

/** Where no outline is known. */
function line(width, height) {
  const path = new Path2D();
  const thick = Math.max(1, Math.round(devicePixelRatio * 2));
  path.rect(0, Math.round((height - thick) / 2), width, thick);
  return path;
}
