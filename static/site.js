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
