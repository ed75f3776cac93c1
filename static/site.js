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
