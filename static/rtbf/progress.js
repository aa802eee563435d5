// Refreshes the progress of a request while its page is open. Without this file the page is right each time it is loaded.
"use strict";

const EVERY_MS = 2000;
const box = document.querySelector("[data-progress]");

async function refresh() {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) {
    return;
  }
  const now = await answer.json();
  if (now.state !== box.dataset.state || now.stopped) {
    window.location.reload();
    return;
  }
  const says = box.querySelector("[data-says]");
  if (says.textContent !== now.says) {
    says.textContent = now.says;
  }
  const bar = box.querySelector("progress");
  if (bar) {
    bar.max = Math.max(now.total, 1);
    bar.value = now.done;
  }
  window.setTimeout(tick, EVERY_MS);
}

function tick() {
  refresh().catch(() => window.setTimeout(tick, EVERY_MS * 5));
}

if (box) {
  window.setTimeout(tick, EVERY_MS);
}
