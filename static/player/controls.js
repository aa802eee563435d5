// The parts of a player, built once; labels and roles stand here.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  play: ["M8 5.14v13.72a1 1 0 0 0 1.54.84l10.6-6.86a1 1 0 0 0 0-1.68L9.54 4.3A1 1 0 0 0 8 5.14z"],
  pause: ["M7 4.5h2.6a.9.9 0 0 1 .9.9v13.2a.9.9 0 0 1-.9.9H7a.9.9 0 0 1-.9-.9V5.4a.9.9 0 0 1 .9-.9z", "M14.4 4.5H17a.9.9 0 0 1 .9.9v13.2a.9.9 0 0 1-.9.9h-2.6a.9.9 0 0 1-.9-.9V5.4a.9.9 0 0 1 .9-.9z"],
  back: ["M4.5 4v5h5", "M5 9a8 8 0 1 1-1 4.5"],
  forward: ["M19.5 4v5h-5", "M19 9a8 8 0 1 0 1 4.5"],
  comment: ["M20 15a2 2 0 0 1-2 2H9l-4 3.5V6a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2z"],
  volume: ["M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M15.5 9a4.2 4.2 0 0 1 0 6"],
};
const FILLED = new Set(["play", "pause"]);

/** Build a player into an element; return its parts. */
export function buildControls(root, { speakers, speeds, canComment }) {
  const waveform = make("div", "lp-waveform");
  const play = button("lp-play", "Play", [icon("play"), icon("pause"), make("span", "lp-spinner")]);
  const back = button("lp-skip", "Back 10 seconds", [icon("back"), make("span", "lp-ten", "10")]);
  const forward = button("lp-skip", "Forward 10 seconds", [icon("forward"), make("span", "lp-ten", "10")]);
  const now = make("span", "lp-now", "0:00");
  const total = make("span", "lp-total", "0:00");
  const time = make("div", "lp-time", [now, make("span", "lp-of", "/"), total]);
  const speed = speedChooser(speeds);
  const volumes = speakers.map((name, side) => volumeSlider(name, side));
  const comment = canComment ? button("lp-comment", "Comment at this time", [icon("comment"), make("span", "", "Comment")]) : null;
  const problem = problemBox();
  const live = make("div", "lp-unseen");
  live.setAttribute("aria-live", "polite");
  const transport = make("div", "lp-transport", [back, play, forward, time]);
  const rest = make("div", "lp-rest", [...volumes.map((slider) => slider.parentElement), speed.parentElement, comment].filter(Boolean));
  root.append(waveform, make("div", "lp-bar", [transport, rest]), problem.box, live);
  explainKeys(waveform, root);
  return { waveform, play, back, forward, now, total, speed, volumes, comment, live, ...problem, problem: problem.box };
}

function make(tag, className = "", content = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...(Array.isArray(content) ? content : [content]));
  return element;
}

function button(className, label, content) {
  const element = make("button", className, content);
  element.type = "button";
  element.title = label;
  element.setAttribute("aria-label", label);
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `lp-icon lp-icon-${name}${FILLED.has(name) ? " is-filled" : ""}`);
  for (const line of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

function speedChooser(speeds) {
  const chooser = make("select", "lp-speed", speeds.map((speed) => new Option(`${speed}×`, String(speed), speed === 1, speed === 1)));
  chooser.setAttribute("aria-label", "Speed");
  chooser.title = "Speed";
  make("label", "lp-field", [chooser]);
  return chooser;
}

function volumeSlider(name, side) {
  const slider = make("input");
  Object.assign(slider, { type: "range", min: "0", max: "100", step: "5", value: "100" });
  slider.setAttribute("aria-label", `Volume, ${name}`);
  const label = make("label", "lp-field lp-volume", [icon("volume"), make("span", "lp-volume-name", name), slider]);
  label.dataset.speaker = String((side % 2) + 1);
  label.title = `Volume, ${name}`;
  return slider;
}

function problemBox() {
  const sentence = make("p");
  const retry = make("button", "lp-retry", "Try again");
  retry.type = "button";
  const box = make("div", "lp-problem", [sentence, retry]);
  box.setAttribute("role", "alert");
  box.hidden = true;
  return { box, sentence, retry };
}

function explainKeys(waveform, root) {
  const keys = make("p", "lp-unseen", "Space plays and pauses, left and right move 5 seconds, up and down change the speed, C comments here.");
  keys.id = `lp-keys-${document.querySelectorAll(".lp-unseen").length}`;
  root.append(keys);
  waveform.setAttribute("aria-describedby", keys.id);
}
