// The outline of a sound, one row per speaker, with a slider over all of them.
//
// Each row is drawn twice, quiet and in colour; the coloured one is cut at the position by CSS, so nothing is redrawn
// while the sound plays.

import { clock, spoken } from "./words.js";

const BAR = 2;
const GAP = 1;
const PAGE_SECONDS = 30;

export class Waveform {
  /** @param root element to build in; rows: names of the speakers; onSeek: called with seconds */
  constructor(root, rows, duration, onSeek) {
    this.root = root;
    this.duration = duration;
    this.onSeek = onSeek;
    this.peaks = null;
    this.position = 0;
    this.dragging = null;
    this.rows = rows.map((name, index) => this.#row(name, index));
    this.pointer = this.#div("lp-pointer");
    this.pointer.setAttribute("aria-hidden", "true");
    this.playhead = this.#div("lp-playhead");
    this.ruler = this.#div("lp-ruler");
    this.ruler.setAttribute("aria-hidden", "true");
    this.#makeSlider();
    new ResizeObserver(() => this.draw()).observe(root);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["class"] });
    this.draw();
  }

  /** Draw an outline: points_per_second, and per channel lowest and highest bytes alternating. */
  setPeaks(peaks) {
    this.peaks = peaks;
    this.root.classList.remove("is-waiting");
    this.draw();
  }

  setDuration(duration) {
    this.duration = duration;
    this.root.setAttribute("aria-valuemax", duration.toFixed(1));
    this.draw();
    this.show(this.position);
  }

  /** Show a position, unless a hand holds the slider. */
  show(seconds) {
    this.position = seconds;
    if (this.dragging === null) this.#place(seconds);
  }

  draw() {
    const width = this.root.clientWidth;
    if (!width) return;
    const scale = this.peaks ? this.#scale() : 0;
    const style = getComputedStyle(this.root);
    this.rows.forEach(({ canvases }, channel) => {
      canvases.forEach((canvas) => {
        const name = canvas.dataset.played ? `--lp-speaker-${(channel % 2) + 1}` : "--lp-quiet";
        this.#drawRow(canvas, width, channel, scale, style.getPropertyValue(name));
      });
    });
    this.#drawRuler(width);
  }

  #row(name, index) {
    const row = this.#div("lp-row");
    row.dataset.speaker = String((index % 2) + 1);
    const canvases = [false, true].map((played) => {
      const canvas = document.createElement("canvas");
      if (played) canvas.dataset.played = "yes";
      row.append(canvas);
      return canvas;
    });
    const label = document.createElement("span");
    label.className = "lp-name";
    label.textContent = name;
    row.append(label);
    return { row, canvases };
  }

  #drawRow(canvas, width, channel, scale, colour) {
    const height = canvas.parentElement.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = colour;
    const middle = height / 2;
    for (let x = 0; x + BAR <= width; x += BAR + GAP) {
      const [low, high] = this.peaks ? this.#extent(channel, x / width, (x + BAR + GAP) / width) : [0, 0];
      const top = Math.min(middle - 0.75, middle - high * scale * (middle - 2));
      const bottom = Math.max(middle + 0.75, middle - low * scale * (middle - 2));
      pen.beginPath();
      pen.roundRect(x, top, BAR, bottom - top, 1);
      pen.fill();
    }
  }

  #extent(channel, from, to) {
    const bytes = this.peaks.channels[Math.min(channel, this.peaks.channels.length - 1)];
    const across = this.duration * this.peaks.points_per_second;
    const last = bytes.length / 2 - 1;
    let low = 0;
    let high = 0;
    for (let point = Math.floor(from * across); point <= Math.min(last, Math.ceil(to * across) - 1); point += 1) {
      low = Math.min(low, bytes[2 * point]);
      high = Math.max(high, bytes[2 * point + 1]);
    }
    return [low, high];
  }

  #scale() {
    let loudest = 24; // a silent recording stays flat instead of showing its noise
    this.peaks.channels.forEach((bytes) => bytes.forEach((byte) => { loudest = Math.max(loudest, Math.abs(byte)); }));
    return 1 / loudest;
  }

  #drawRuler(width) {
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
    const step = steps.find((seconds) => (seconds / this.duration) * width >= 64) || 7200;
    const marks = [];
    for (let at = 0; at <= this.duration - step * 0.4; at += step) {
      const mark = document.createElement("span");
      mark.textContent = clock(at);
      mark.style.left = `${(at / this.duration) * 100}%`;
      marks.push(mark);
    }
    this.ruler.replaceChildren(...marks);
  }

  #makeSlider() {
    const root = this.root;
    root.classList.add("is-waiting");
    root.tabIndex = 0;
    root.setAttribute("role", "slider");
    root.setAttribute("aria-label", "Position");
    root.setAttribute("aria-valuemin", "0");
    root.setAttribute("aria-valuemax", this.duration.toFixed(1));
    root.addEventListener("pointerdown", (event) => this.#grab(event));
    root.addEventListener("pointermove", (event) => this.#move(event));
    root.addEventListener("pointerup", () => this.#release(true));
    root.addEventListener("pointercancel", () => this.#release(false));
    root.addEventListener("pointerleave", () => { this.pointer.hidden = true; });
    root.addEventListener("keydown", (event) => this.#key(event));
    this.pointer.hidden = true;
    this.#place(0);
  }

  #grab(event) {
    if (event.button !== 0 || this.root.getAttribute("aria-disabled") === "true") return;
    this.root.setPointerCapture(event.pointerId);
    this.dragging = this.#at(event);
    this.#place(this.dragging);
  }

  #move(event) {
    const at = this.#at(event);
    this.pointer.hidden = false;
    this.pointer.style.left = `${(at / this.duration) * 100}%`;
    this.pointer.dataset.time = clock(at);
    this.pointer.dataset.edge = at / this.duration > 0.9 ? "end" : "";
    if (this.dragging !== null) {
      this.dragging = at;
      this.#place(at);
    }
  }

  #release(seek) {
    if (this.dragging === null) return;
    const at = this.dragging;
    this.dragging = null;
    if (seek) this.onSeek(at);
    else this.#place(this.position);
  }

  #key(event) {
    const to = {
      Home: 0,
      End: this.duration,
      PageUp: this.position + PAGE_SECONDS,
      PageDown: this.position - PAGE_SECONDS,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.onSeek(to);
  }

  #at(event) {
    const box = this.root.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.duration;
  }

  #place(seconds) {
    const share = this.duration ? Math.min(1, seconds / this.duration) : 0;
    this.root.style.setProperty("--lp-played", `${(share * 100).toFixed(3)}%`);
    this.root.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.root.setAttribute("aria-valuetext", `${spoken(seconds)} of ${spoken(this.duration)}`);
  }

  #div(className) {
    const div = document.createElement("div");
    div.className = className;
    this.root.append(div);
    return div;
  }
}

/** Return the outline from a URL. Throws {status} when the server refuses, status 0 when it does not answer. */
export async function fetchPeaks(url) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => ({ ok: false, status: 0 }));
  if (!answer.ok) throw Object.assign(new Error("no outline"), { status: answer.status });
  const stored = await answer.json();
  const signed = (text) => Int8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return { points_per_second: stored.points_per_second, channels: stored.channels.map(signed) };
}
