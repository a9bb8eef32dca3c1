/** A list of any length of which only what is seen is in the page. Knows nothing of calls. */

/** Browsers cut elements that are much higher; beyond it the scroll bar is scaled. */
const HIGHEST = 15_000_000;
/** At both ends the scroll bar isn't scaled, so that the ends are always reached smoothly. */
const EXACT = 1_000_000;
/** Rows beyond the edges, so that quick scrolling shows no gaps. */
const SPARE = 8;
/** Longer moves than this many screens are jumps of the scroll bar. */
const JUMP = 3;

/**
 * Where the scroll bar and the rows correspond. Identity where everything fits;
 * otherwise 1 : 1 at both ends and stretched between.
 * @param {number} full     height of all rows
 * @param {number} view     height of what is seen
 */
export function scale(full, view) {
  const height = Math.min(full, HIGHEST);
  const [most, mostRows] = [Math.max(0, height - view), Math.max(0, full - view)];
  if (full <= HIGHEST) return { height, toRows: (bar) => bar, toBar: (rows) => rows };
  const ratio = (mostRows - 2 * EXACT) / (most - 2 * EXACT);
  const toRows = (bar) => {
    if (bar <= EXACT) return bar;
    if (bar >= most - EXACT) return mostRows - (most - bar);
    return EXACT + (bar - EXACT) * ratio;
  };
  const toBar = (rows) => {
    if (rows <= EXACT) return rows;
    if (rows >= mostRows - EXACT) return most - (mostRows - rows);
    return EXACT + (rows - EXACT) / ratio;
  };
  return { height, toRows, toBar };
}

export class VirtualList {
  #scroller;
  #spacer;
  #options;
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  #length = 0;
  #rowHeight = 40;
  #scale = scale(0, 0);
  #bar = 0;
  #top = 0;
  #frame = 0;
  #rest = 0;

  /**
   * @param {HTMLElement} scroller  scrolls
   * @param {HTMLElement} spacer    inside it, as high as all rows
   * @param {{make: (index: number) => HTMLElement, fill: (row: HTMLElement, index: number) => void, seen: (first: number, last: number) => void, inset: () => number}} options
   *   inset: how much of the scroller a heading and what lies over its end cover
   */
  constructor(scroller, spacer, options) {
    this.#scroller = scroller;
    this.#spacer = spacer;
    this.#options = options;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  /** @param {number} length */
  set length(length) {
    this.#length = length;
    this.#resized();
  }

  /** @param {number} height in px, the same for all rows */
  set rowHeight(height) {
    if (height === this.#rowHeight) return;
    const first = this.#top / this.#rowHeight;
    this.#rowHeight = height;
    this.#drop();
    this.#resized();
    this.#go(first * height);
  }

  get rowHeight() {
    return this.#rowHeight;
  }

  /** How many rows fit. */
  get screenful() {
    return Math.max(1, Math.floor(this.#view / this.#rowHeight));
  }

  /** @returns {[number, number]} first and last row in view */
  get visible() {
    const first = Math.floor(this.#top / this.#rowHeight);
    return [first, Math.min(this.#length - 1, first + Math.ceil(this.#view / this.#rowHeight))];
  }

  /** The element of a row, while it is in the page. */
  element(index) {
    return this.#rows.get(index);
  }

  /** Scrolls as little as it takes to show a row. */
  reveal(index) {
    const top = index * this.#rowHeight;
    if (top < this.#top) this.#go(top);
    else if (top + this.#rowHeight > this.#top + this.#view) this.#go(top + this.#rowHeight - this.#view);
    this.draw();
  }

  /** Whether the first row is in view. */
  get atTop() {
    return this.#top < this.#rowHeight / 2;
  }

  /**
   * Rows are elsewhere in the list now: their elements go with them, and the view by so many rows.
   * @param {(index: number) => number} place  the new index; -1: none
   * @param {number} by
   */
  rearrange(place, by) {
    const rows = [...this.#rows];
    this.#rows.clear();
    for (const [index, row] of rows) {
      const to = place(index);
      if (to < 0 || this.#rows.has(to)) row.remove();
      else this.#rows.set(to, row);
    }
    if (by) this.#go(this.#top + by * this.#rowHeight);
  }

  /** Back to the first row. */
  toTop() {
    this.#go(0);
  }

  /** The room for the rows is another one. They stay where they are. */
  refit() {
    this.#resized();
  }

  /** What the rows show may have changed. */
  refill() {
    for (const [index, row] of this.#rows) this.#options.fill(row, index);
    this.draw();
  }

  /** Brings the rows in the page into line with what is seen. */
  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const [first, last] = this.visible;
    const [from, to] = [Math.max(0, first - SPARE), Math.min(this.#length - 1, last + SPARE)];
    const spare = [];
    for (const [index, row] of this.#rows) {
      if (index >= from && index <= to) continue;
      this.#rows.delete(index);
      spare.push(row);
    }
    for (let index = from; index <= to; index += 1) this.#place(index, spare);
    for (const row of spare) row.remove();
    this.#options.seen(from, Math.max(0, to));
  }

  /** How far down the rows can be. */
  get #most() {
    return Math.max(0, this.#length * this.#rowHeight - this.#view);
  }

  get #view() {
    return Math.max(0, this.#scroller.clientHeight - this.#options.inset());
  }

  #place(index, spare) {
    let row = this.#rows.get(index);
    if (!row) {
      row = spare.pop() ?? this.#spacer.appendChild(this.#options.make(index));
      this.#rows.set(index, row);
      this.#options.fill(row, index);
    }
    const y = Math.round(this.#bar + index * this.#rowHeight - this.#top);
    if (row.dataset.y !== String(y)) {
      row.dataset.y = String(y);
      row.style.transform = `translateY(${y}px)`;
    }
  }

  #drop() {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
  }

  #resized() {
    this.#scale = scale(this.#length * this.#rowHeight, this.#view);
    const height = `${this.#scale.height}px`;
    if (this.#spacer.style.height !== height) this.#spacer.style.height = height;
    const bar = this.#scroller.scrollTop;
    // Where the scroll bar is scaled, rows would move a little each time that the scale does.
    const stays = bar === this.#bar && this.#length * this.#rowHeight > HIGHEST;
    this.#top = stays ? Math.min(this.#top, this.#most) : this.#scale.toRows(bar);
    this.#bar = bar;
    if (stays) this.#settleLater();
    this.draw();
  }

  #go(top) {
    this.#top = Math.min(this.#most, Math.max(0, top));
    this.#scroller.scrollTop = Math.round(this.#scale.toBar(this.#top));
    this.#bar = this.#scroller.scrollTop; // which may be a pixel beside
    this.#later();
  }

  #scrolled() {
    const bar = this.#scroller.scrollTop;
    const moved = bar - this.#bar;
    if (moved === 0) return this.#later();
    // Wheel and finger move rows pixel by pixel, however long the list; the scroll bar leaps.
    const small = Math.abs(moved) < this.#view * JUMP;
    this.#top = small ? Math.min(this.#most, Math.max(0, this.#top + moved)) : this.#scale.toRows(bar);
    this.#bar = bar;
    this.#settleLater();
    this.#later();
  }

  /**
   * Rows are reused, so their order in the page is not that of the list: screen readers and
   * print want it.
   */
  #order() {
    if (this.#spacer.matches(":active, :focus-within")) return;
    const sorted = [...this.#rows].sort(([one], [other]) => one - other);
    sorted.forEach(([, row], i) => {
      if (this.#spacer.children[i] !== row) this.#spacer.insertBefore(row, this.#spacer.children[i] ?? null);
    });
  }

  #settleLater() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), 200);
  }

  /** After a pixel-wise move through a scaled list the bar goes where it belongs. */
  #settle() {
    this.#order();
    const bar = Math.round(this.#scale.toBar(this.#top));
    if (Math.abs(bar - this.#bar) > 1) this.#go(this.#top);
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }
}
