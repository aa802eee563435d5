// Loads the page again when a verification has ended. Without this file the page is right each time it is loaded.
"use strict";

const EVERY_MS = 1000;
const box = document.querySelector("[data-state]");

async function look() {
  const answer = await fetch(box.dataset.state, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) {
    throw new Error(`The state was not told (${answer.status}).`);
  }
  const now = await answer.json();
  if (now.running) {
    window.setTimeout(tick, EVERY_MS);
  } else {
    window.location.reload();
  }
}

function tick() {
  look().catch(() => window.setTimeout(tick, EVERY_MS * 5));
}

if (box) {
  window.setTimeout(tick, EVERY_MS);
}
