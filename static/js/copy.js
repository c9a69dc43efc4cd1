// A button that copies the text of the element named by data-copy. It is hidden until we know that copying works here.
{
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.querySelector("span") || button;
    const before = words.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      words.textContent = button.dataset.done;
      setTimeout(() => { words.textContent = before; }, 4000);
    });
  }
}
