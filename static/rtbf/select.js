// Puts a box into the head of a plan that selects all rows of the page. Without this file each row is selected by itself.
"use strict";

const head = document.querySelector("th[data-select]");

function selectAll(event) {
  for (const box of document.querySelectorAll("input[name=rows]")) {
    box.checked = event.target.checked;
  }
}

if (head) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.ariaLabel = head.dataset.select;
  all.addEventListener("change", selectAll);
  head.replaceChildren(all);
}
