"use strict";
const form = document.querySelector(".filters");
const rows = [...document.querySelectorAll(".question")];
const texts = rows.map((row) => row.textContent.toLowerCase());
const chips = [...form.querySelectorAll("input[type=radio]")];

function update() {
  const { search, kind, outcome } = Object.fromEntries(new FormData(form));
  const words = search.toLowerCase().split(/\s+/);
  const found = rows.filter((_, n) => words.every((word) => texts[n].includes(word)));
  const chosen = (picked) => found.filter((row) =>
    Object.entries(picked).every(([name, value]) => !value || row.dataset[name] === value));
  for (const chip of chips) {
    const count = chosen({ kind, outcome, [chip.name]: chip.value }).length;
    chip.parentElement.querySelector("b").textContent = count;
  }
  const shown = new Set(chosen({ kind, outcome }));
  for (const row of rows) row.hidden = !shown.has(row);
  form.querySelector("output").value = `${shown.size} of ${rows.length} shown`;
}

function openTarget() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row?.matches(".question")) {
    form.reset();
    update();
    row.open = true;
    row.scrollIntoView();
  }
}

form.hidden = false;
form.addEventListener("input", update);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", openTarget);
update();
openTarget();
