// Transcript lines that follow the sound.
//
// One line is reached by Tab, the others from it by arrow keys: two hundred lines are no two hundred stops.

export class Transcript {
  /** @param list the <ol> of the page; onSeek: called with the seconds a line begins at */
  constructor(list, onSeek) {
    this.list = list;
    this.onSeek = onSeek;
    this.lines = [...list.querySelectorAll("[data-start]")].map((item) => this.#line(item));
    this.current = null;
    this.handled = 0;
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("keydown", (event) => this.#key(event));
    for (const kind of ["wheel", "touchmove"]) {
      list.addEventListener(kind, () => { this.handled = Date.now(); }, { passive: true });
    }
    this.#enter(this.lines[0]);
  }

  /** Mark the line that is heard at a time; between two lines the last one stays. */
  show(seconds) {
    const heard = this.#at(seconds);
    if (heard === this.current) return;
    this.current?.item.removeAttribute("aria-current");
    this.current = heard;
    if (!heard) return;
    heard.item.setAttribute("aria-current", "true");
    if (!this.list.contains(document.activeElement)) this.#enter(heard);
    this.#reveal(heard.item);
  }

  #line(item) {
    const button = item.querySelector("button") || item;
    button.tabIndex = -1;
    return { item, button, start: Number(item.dataset.start) };
  }

  #at(seconds) {
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lines[middle].start <= seconds + 0.05) low = middle + 1;
      else high = middle;
    }
    return low ? this.lines[low - 1] : null;
  }

  /** Scroll inside the list only, and not while a hand is scrolling it. */
  #reveal(item) {
    if (Date.now() - this.handled < 4000) return;
    const list = this.list;
    const top = item.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (top < list.scrollTop + 8 || top + item.offsetHeight > list.scrollTop + list.clientHeight - 8) {
      list.scrollTo({ top: top - list.clientHeight / 3, behavior: calm ? "auto" : "smooth" });
    }
  }

  #click(event) {
    const line = this.#of(event.target);
    const selecting = !event.target.closest("button") && !getSelection().isCollapsed;
    if (!line || selecting) return;
    this.#enter(line);
    this.onSeek(line.start);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = this.lines.indexOf(this.#of(event.target));
    const last = this.lines.length - 1;
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: last }[event.key];
    if (index < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const line = this.lines[Math.min(last, Math.max(0, to))];
    this.#enter(line);
    line.button.focus();
  }

  #enter(line) {
    if (!line) return;
    if (this.entry) this.entry.button.tabIndex = -1;
    this.entry = line;
    line.button.tabIndex = 0;
  }

  #of(target) {
    const item = target.closest("[data-start]");
    return this.lines.find((line) => line.item === item);
  }
}
