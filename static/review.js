// Keys for the review page: each control names its key in data-key.
"use strict";

const keySwitch = document.getElementById("keys");
let pressed = false; // a key held down, or pressed twice, must not decide about a word that nobody saw

keySwitch.closest("[hidden]").hidden = false;
keySwitch.checked = localStorage.getItem("keys") !== "off";
keySwitch.addEventListener("change", () => localStorage.setItem("keys", keySwitch.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (pressed || event.repeat || !keySwitch.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!control) return;
  event.preventDefault();
  pressed = control.matches("button");
  control.click();
  control.parentElement.querySelector("details[open] input, details[open] select")?.focus();
});
