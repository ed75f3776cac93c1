// What JavaScript adds to pages that do everything without it.
"use strict";

// A button that copies the text it names; it shows only where the browser lets it.
function offerCopying(button) {
  if (!navigator.clipboard) return;
  const said = button.nextElementSibling;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    said.textContent = button.dataset.done;
  });
}

document.querySelectorAll("[data-copy]").forEach(offerCopying);

// A file too large is refused before it travels, and a table offers the names of its columns.
function lookIntoFile(form) {
  const { file, column } = form.elements;
  const names = form.querySelector("datalist");
  column.setAttribute("list", names.id);
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    const tooLarge = chosen && chosen.size > Number(form.dataset.mostBytes);
    file.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
    if (tooLarge) file.reportValidity();
    const cells = chosen && /\.(csv|tsv|tab)$/i.test(chosen.name) ? firstRow(await chosen.slice(0, 65536).text()) : [];
    names.replaceChildren(...cells.map((cell) => new Option(cell, cell)));
  });
}

function firstRow(text) {
  const line = text.replace(/^\ufeff/, "").split(/\r\n?|\n/, 1)[0];
  const parts = [",", ";", "\t", "|"].map((mark) => line.split(mark)).sort((a, b) => b.length - a.length)[0];
  return parts.map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")).filter(Boolean);
}

// Says that something happens, but for private words: their file comes and the page stays.
function sayBusy(form) {
  const button = form.querySelector("button.primary");
  const name = button.textContent;
  form.addEventListener("submit", () => {
    if (!form.elements.private.checked) button.textContent = form.dataset.busy;
  });
  addEventListener("pageshow", () => { button.textContent = name; });
}

document.querySelectorAll("form[data-most-bytes]").forEach((form) => { lookIntoFile(form); sayBusy(form); });
