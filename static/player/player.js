// The player of an interaction page: waveform per speaker, controls, keys, and a transcript that follows the sound.
//
// What a template renders (everything else is built here; without JavaScript the transcript can still be read):
//
//   <link rel="stylesheet" href="{% static 'player/player.css' %}">
//   <script type="module" src="{% static 'player/player.js' %}"></script>
//
//   <section class="lethe-player" data-lethe-player aria-label="Recording, 2 Jun 2026 10:14"
//            data-audio="URL"            answers Range requests; parts may be capped
//            data-peaks="URL"            JSON {points_per_second, channels: [base64 of signed bytes low, high, …]}
//            data-duration="247.325"     seconds, with a dot in every language ({% localize off %})
//            data-speakers="Agent|Caller"  one name per channel, in the order of the channels; one name for mono
//            data-transcript="#transcript"  optional
//            data-comment="#comment"     optional: the text box; C puts the cursor there
//            data-comment-at="#comment-at"  optional: <input> that gets the seconds (12.3); [data-at-text] in its form the 4:07
//            data-locked="Choose above why you are listening."  optional: nothing is fetched, the sentence is shown
//   ></section>
//
//   <ol class="lethe-transcript" id="transcript" aria-label="Transcript">
//     <li data-start="4.12" data-speaker="1">        seconds; 1 = first channel, 2 = second
//       <button type="button">0:04</button> <span>Agent</span> <p>hello this is …</p>
//     </li>
//   </ol>
//
//   <a href="#player" data-seek="72.5">1:12</a>      anywhere on the page: go there
//
// Keys, while the focus is in the player: space, ← → 5 s, ↑ ↓ speed, C comment; Home, End, Page on the waveform. In the
// transcript ↑ ↓ walk the lines and Enter goes there. With the focus nowhere: space, ← →.

import { buildControls } from "./controls.js";
import { Sides } from "./sides.js";
import { Transcript } from "./transcript.js";
import { Waveform, fetchPeaks } from "./waveform.js";
import { clock, failure } from "./words.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const STEP_SECONDS = 5;

class Player {
  constructor(root) {
    this.root = root;
    this.duration = Number(root.dataset.duration) || 0;
    this.speakers = (root.dataset.speakers || "Sound").split("|");
    this.wanted = null;
    this.parts = buildControls(root, { speakers: this.speakers, speeds: SPEEDS, canComment: Boolean(this.#comment()) });
    this.audio = this.#audio();
    this.sides = new Sides(this.audio, this.speakers.length);
    this.waveform = new Waveform(this.parts.waveform, this.speakers, this.duration, (at) => this.seek(at));
    const list = root.dataset.transcript && document.querySelector(root.dataset.transcript);
    this.transcript = list ? new Transcript(list, (at) => this.seek(at)) : null;
    this.#listen();
    this.#show();
    if (root.dataset.locked) this.#lock(root.dataset.locked);
    else this.#loadPeaks();
  }

  get position() {
    return this.wanted ?? this.audio.currentTime;
  }

  toggle() {
    if (this.root.dataset.locked) return;
    if (this.audio.paused) this.play();
    else this.audio.pause();
  }

  async play() {
    this.#say("");
    this.sides.start();
    if (this.audio.error) this.audio.load();
    await this.audio.play().catch(() => {}); // the error event tells why, in #fail
  }

  /** Go to a time; before the sound is there, remember it. */
  seek(seconds) {
    if (this.root.dataset.locked) return;
    const at = Math.min(Math.max(0, seconds), this.duration);
    if (this.audio.readyState >= HTMLMediaElement.HAVE_METADATA) this.audio.currentTime = at;
    else this.wanted = at;
    this.#show();
  }

  /** Change the speed by a number of steps. */
  faster(steps) {
    const at = SPEEDS.indexOf(this.audio.playbackRate) + steps;
    this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))]);
  }

  setSpeed(speed) {
    this.audio.defaultPlaybackRate = speed;
    this.audio.playbackRate = speed;
    this.parts.speed.value = String(speed);
    this.parts.live.textContent = `Speed ${speed}`;
  }

  /** Put the cursor into the comment box, with the time heard now. */
  comment() {
    const box = this.#comment();
    if (!box) return;
    this.#noteTime(box);
    box.focus();
  }

  #noteTime(box) {
    const at = this.root.dataset.commentAt && document.querySelector(this.root.dataset.commentAt);
    if (at) at.value = this.position.toFixed(1);
    const text = box.form?.querySelector("[data-at-text]");
    if (text) text.textContent = clock(this.position);
  }

  #comment() {
    return this.root.dataset.comment && document.querySelector(this.root.dataset.comment);
  }

  #audio() {
    const audio = document.createElement("audio");
    audio.preload = "none";
    audio.src = this.root.dataset.locked ? "" : this.root.dataset.audio;
    if (this.root.dataset.locked) audio.removeAttribute("src");
    audio.hidden = true;
    this.root.append(audio);
    return audio;
  }

  #listen() {
    const { audio, parts } = this;
    const box = this.#comment();
    // Whoever begins to write means the place heard now; going back to a text keeps the place it was begun at.
    if (box) box.addEventListener("focus", () => box.value || this.#noteTime(box));
    parts.play.addEventListener("click", () => this.toggle());
    parts.back.addEventListener("click", () => this.seek(this.position - 10));
    parts.forward.addEventListener("click", () => this.seek(this.position + 10));
    parts.speed.addEventListener("change", () => this.setSpeed(Number(parts.speed.value)));
    parts.comment?.addEventListener("click", () => this.comment());
    parts.retry.addEventListener("click", () => this.#retry());
    parts.volumes.forEach((slider, side) => {
      slider.addEventListener("input", () => this.sides.set(side, slider.value / 100));
    });
    for (const kind of ["play", "pause", "ended", "timeupdate", "seeked"]) audio.addEventListener(kind, () => this.#show());
    for (const kind of ["waiting", "stalled", "loadstart"]) audio.addEventListener(kind, () => this.#wait(!audio.paused));
    for (const kind of ["playing", "canplay", "pause"]) audio.addEventListener(kind, () => this.#wait(false));
    audio.addEventListener("play", () => this.#run());
    audio.addEventListener("loadedmetadata", () => this.#arrive());
    audio.addEventListener("error", () => this.#fail());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => this.#link(event));
  }

  #arrive() {
    if (Number.isFinite(this.audio.duration)) {
      this.duration = this.audio.duration;
      this.waveform.setDuration(this.duration);
    }
    if (this.wanted !== null) this.audio.currentTime = this.wanted;
    this.wanted = null;
    this.#show();
  }

  /** Follow the sound picture by picture; those who want less motion get four steps a second (timeupdate). */
  #run() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const step = () => {
      this.#show();
      if (!this.audio.paused) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #show() {
    const { audio, parts } = this;
    const at = this.position;
    const time = clock(at);
    this.waveform.show(at);
    this.transcript?.show(at > 0 || !audio.paused ? at : -1);
    if (parts.now.textContent !== time) parts.now.textContent = time;
    parts.total.textContent = clock(this.duration);
    this.root.classList.toggle("is-playing", !audio.paused);
    parts.play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
  }

  #wait(waiting) {
    this.root.classList.toggle("is-loading", waiting);
  }

  async #loadPeaks() {
    try {
      this.waveform.setPeaks(await fetchPeaks(this.root.dataset.peaks));
    } catch (error) {
      this.parts.waveform.classList.remove("is-waiting");
      this.#say(error.status === 404 ? "There is no waveform of this recording. It can still be played." : failure(error.status));
    }
  }

  /** Ask the server why: an audio element tells only that it failed. */
  async #fail() {
    if (!this.audio.getAttribute("src")) return;
    this.wanted = this.position;
    this.#wait(false);
    this.#show();
    const ask = { headers: { Range: "bytes=0-0" }, credentials: "same-origin", cache: "no-store" };
    const answer = await fetch(this.root.dataset.audio, ask).catch(() => ({ ok: false, status: 0 }));
    const status = answer.redirected ? 401 : answer.status; // who is signed out is sent to the sign-in page
    const came = answer.ok && !answer.redirected;
    this.#say(came ? "The sound broke off: the browser cannot play what came. Try again." : failure(status));
  }

  #retry() {
    if (!this.waveform.peaks) this.#loadPeaks();
    this.play();
  }

  #lock(sentence) {
    const { parts } = this;
    this.root.classList.add("is-locked");
    parts.waveform.setAttribute("aria-disabled", "true");
    parts.waveform.classList.remove("is-waiting");
    for (const part of [parts.play, parts.back, parts.forward, parts.speed, parts.comment, ...parts.volumes]) {
      if (part) part.disabled = true;
    }
    this.#say(sentence);
  }

  #say(sentence) {
    this.parts.problem.hidden = !sentence;
    this.parts.sentence.textContent = sentence;
  }

  #link(event) {
    const link = event.target.closest?.("[data-seek]");
    if (!link) return;
    event.preventDefault();
    this.seek(Number(link.dataset.seek));
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    const inside = this.root.contains(target) || Boolean(this.transcript?.list.contains(target));
    const nowhere = target === document.body;
    if (!(inside || nowhere) || target.matches("input, select, textarea")) return;
    const acts = { ArrowLeft: () => this.seek(this.position - STEP_SECONDS), ArrowRight: () => this.seek(this.position + STEP_SECONDS) };
    if (!target.matches("button, a")) acts[" "] = () => this.toggle();
    if (inside) Object.assign(acts, { ArrowUp: () => this.faster(1), ArrowDown: () => this.faster(-1), c: () => this.comment(), C: () => this.comment() });
    if (!acts[event.key] || this.root.dataset.locked) return;
    event.preventDefault();
    acts[event.key]();
  }
}

for (const root of document.querySelectorAll("[data-lethe-player]")) root.player = new Player(root);
