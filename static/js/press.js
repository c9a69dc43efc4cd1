// Print and share buttons, shown only where the browser can do it.
{
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const url = new URL(button.dataset.share || location.href, location.href).href;
      navigator.share({ title: button.dataset.title || document.title, url }).catch(() => {}); // closing the sheet is no error
    });
  }
}
