// Enhancements of pages that work without JavaScript.
"use strict";

// Show a button that copies the element named by data-copy, if the browser allows it.
function offerCopying(button) {
  if (!navigator.clipboard) return;
  const status = button.nextElementSibling;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    status.textContent = button.dataset.done;
  });
}

document.querySelectorAll("[data-copy]").forEach(offerCopying);

// Let people type at once: in the form, or over the word of an answer whose heading has the focus.
function awaitTyping(form) {
  const { word } = form.elements;
  if (!matchMedia("(hover: hover) and (pointer: fine)").matches) return;  // no keyboard, or one that hides the page
  if (form.dataset.ask === "first") word.focus();
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    const types = modified ? event.key === "v" && !event.altKey : /^(\p{L}|Dead|Process)$/u.test(event.key);
    if (!types || !event.target.matches('[tabindex="-1"]')) return;
    word.focus();
    word.select();
  });
}

document.querySelectorAll("form[data-ask]").forEach(awaitTyping);

// Filter the list of languages while somebody types, and keep the line of those chosen up to date.
function offerFilter(picker) {
  const find = picker.querySelector('[type="search"]');
  const found = picker.querySelector("output");
  const line = picker.querySelector(".picked");
  const all = picker.querySelector('[value="all"]');
  const boxes = [...picker.querySelectorAll(".boxes label")];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

  find.addEventListener("input", () => {
    const shown = boxes.filter((box) => !(box.hidden = !plain(box.textContent).includes(plain(find.value))));
    found.textContent = find.value.trim() ? found.dataset.found.replace("%(count)d", shown.length).replace("%(all)d", boxes.length) : "";
  });
  // Enter ticks the only language found: it does not ask, which a look through the list would do by accident.
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const shown = boxes.filter((box) => !box.hidden);
    if (shown.length === 1) shown[0].click();
  });
  picker.addEventListener("change", () => { line.textContent = chosenLine(line, boxes, all); });
  // What stands in the field is only a filter here; without JavaScript it is a language to add.
  find.form.addEventListener("submit", () => { find.value = ""; });
}

// The names of those ticked, or how many more, as the server writes them.
function chosenLine(line, boxes, all) {
  if (all?.checked) return line.dataset.all;
  const names = boxes.filter((box) => box.control.checked).map((box) => inText(box.querySelector("span").firstChild.data.trim()));
  if (names.length <= 4) return names.join(", ") || line.dataset.none;
  return line.dataset.more.replace("%(names)s", names.slice(0, 3).join(", ")).replace("%(count)d", names.length - 3);
}

// Only English capitalises the names of languages inside a line.
function inText(name) {
  return document.documentElement.lang === "en" ? name : name[0].toLowerCase() + name.slice(1);
}

document.querySelectorAll(".picker").forEach(offerFilter);

// Refuse a large file before the upload.
function checkFile(form) {
  const { file: input } = form.elements;
  input.addEventListener("change", () => {
    const [file] = input.files;
    const tooLarge = file && file.size > Number(form.dataset.mostBytes);
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
    if (tooLarge) input.reportValidity();
  });
}

// Show progress in the button, except for private words: their download leaves the page open.
function showProgress(form) {
  const button = form.querySelector("button.primary");
  const name = button.textContent;
  form.addEventListener("submit", () => {
    if (!form.elements.private.checked) button.textContent = form.dataset.busy;
  });
  addEventListener("pageshow", () => { button.textContent = name; });
}

document.querySelectorAll("form[data-most-bytes]").forEach((form) => { checkFile(form); showProgress(form); });

// Ask for the next answers until no row waits; without JavaScript the page reloads itself.
async function answerRest(bar) {
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById("progress");
  if (!response.ok || !next) return location.reload();
  bar.value = next.value;
  document.getElementById("done").textContent = page.getElementById("done").textContent;
  return answerRest(bar);
}

document.querySelectorAll("progress").forEach(answerRest);
