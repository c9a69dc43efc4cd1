// A long answer survives a lost connection: the browser keeps it under data-draft until a page says data-draft-clear.
{
  const key = (name) => "draft:" + name;
  try {
    for (const done of document.querySelectorAll("[data-draft-clear]")) localStorage.removeItem(key(done.dataset.draftClear));
    for (const area of document.querySelectorAll("textarea[data-draft]")) {
      const kept = localStorage.getItem(key(area.dataset.draft));
      if (kept && !area.value) area.value = kept;
      area.addEventListener("input", () => {
        if (area.value) localStorage.setItem(key(area.dataset.draft), area.value);
        else localStorage.removeItem(key(area.dataset.draft));
      });
    }
  } catch (blocked) { /* storage is off in some private windows: the form works as it did before */ }
}
