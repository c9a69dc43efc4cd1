// A form is sent once. The server would answer a double tap with the same receipt anyway; this spares the wait.
// Buttons stay enabled, so that their name and value are sent; coming back to the page sets everything free again.
{
  const free = () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    setTimeout(free, 15000); // a slow network or a download: let them try again
  });
  window.addEventListener("pageshow", free);
}
