// From door to door without a connection. A visit is kept on this device under its own key until the server has it;
// the key makes it one visit, however often it is sent. Kept are the home and its label, the outcome, the note and the time; no name.
// Nothing is cached: the page that is open holds all doors of its stairwell.
{
  const page = document.querySelector("[data-doorstep]");
  const box = page && "visits:" + page.dataset.doorstep;
  const works = () => {
    try { localStorage.setItem("visits", ""); localStorage.removeItem("visits"); return true; } catch (blocked) { return false; }
  };
  if (page && works()) {
    const words = page.dataset;
    const read = () => { try { return JSON.parse(localStorage.getItem(box)) || []; } catch (broken) { return []; } };
    const write = (queue) => { if (queue.length) localStorage.setItem(box, JSON.stringify(queue)); else localStorage.removeItem(box); };
    const take = (key) => write(read().filter((visit) => visit.key !== key));
    const key = () => Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const say = (element, text) => { if (element) { element.hidden = !text; element.textContent = text; } };

    // One door to a screen. The address says which, so that "back" and links from the grid work as everywhere.
    const doors = [...page.querySelectorAll("[data-door]")];
    const show = (focus) => {
      const wanted = doors.find((door) => "#" + door.id === location.hash) || doors.find((door) => door.querySelector("form")) || doors[0];
      for (const door of doors) door.hidden = door !== wanted;
      if (focus && wanted && "#" + wanted.id === location.hash) { wanted.scrollIntoView({ block: "start" }); wanted.focus({ preventScroll: true }); }
    };
    const step = (door, rel) => { const link = door.querySelector(`[rel=${rel}]`); if (link) location.hash = link.hash; };
    window.addEventListener("hashchange", () => show(true));
    let from = null;
    for (const door of doors) {
      door.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
      door.addEventListener("touchend", (event) => {
        if (!from) return;
        const across = event.changedTouches[0].clientX - from.clientX, down = event.changedTouches[0].clientY - from.clientY;
        if (Math.abs(across) > 70 && Math.abs(down) < 50) step(door, across < 0 ? "next" : "prev");
        from = null;
      }, { passive: true });
    }
    show(true);

    // What waits, what was refused and why. A refused visit stays until somebody says that they have read it.
    const state = page.querySelector("[data-queue]"), list = page.querySelector("[data-conflicts]");
    const tell = (problem) => {
      const queue = read(), waiting = queue.filter((visit) => !visit.refused), refused = queue.filter((visit) => visit.refused);
      say(state, waiting.length ? words.waiting.replace("{n}", waiting.length) + (problem ? ". " + problem : "") : sent ? words.sent : "");
      list.hidden = !refused.length;
      list.replaceChildren(...refused.map((visit) => {
        const item = document.createElement("li"), seen = document.createElement("button");
        for (const text of [`${words.notSent}: ${visit.label}, ${visit.word}`, ...visit.refused]) {
          const line = document.createElement("p");
          line.textContent = text;
          item.append(line);
        }
        seen.type = "button"; seen.className = "button"; seen.textContent = words.seen;
        seen.addEventListener("click", () => { take(visit.key); tell(); });
        item.append(seen);
        return item;
      }));
    };
    const noteAt = (visit, text) => say(document.querySelector(`#home-${visit.home} [data-said]`), text);

    let sending = false, sent = false;
    const flush = async () => {
      const waiting = read().filter((visit) => !visit.refused);
      if (sending || !waiting.length || navigator.onLine === false) return void tell();
      sending = true;
      let problem = "";
      try {
        const json = async (answer) => ((answer.headers.get("Content-Type") || "").includes("json") ? answer.json() : null);
        const token = await json(await fetch(words.token, { headers: { Accept: "application/json" }, credentials: "same-origin" }));
        if (!token || token.whose !== words.doorstep) problem = words.signedOut; // nobody, or a colleague, is signed in
        else for (const visit of waiting) {
          const body = new URLSearchParams({ csrf_token: token.csrf_token, home: visit.home, outcome: visit.outcome, note: visit.note, made_at: visit.madeAt, key: visit.key });
          const answer = await fetch(visit.url, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
          const told = await json(answer);
          if (!told) { if (answer.status < 500) problem = words.signedOut; break; }
          if (told.state === "refused") write(read().map((one) => (one.key === visit.key ? { ...one, refused: told.words } : one)));
          else { take(visit.key); sent = true; noteAt(visit, [words.recorded.replace("{outcome}", visit.word), ...told.words].join(" ")); }
        }
      } catch (offline) { /* still no connection: the next try comes by itself */ }
      sending = false;
      tell(problem);
    };

    for (const form of page.querySelectorAll("form[data-visit]")) form.addEventListener("submit", (event) => {
      if (!event.submitter) return; // an old browser does not say which button it was: the plain form does its work
      event.preventDefault();
      const door = form.closest("[data-door]"), field = form.elements;
      const visit = {
        key: field.key.value, url: form.action, home: field.home.value, outcome: event.submitter.value, note: field.note.value.trim(),
        madeAt: new Date().toISOString(), label: door.querySelector("h2").textContent, word: event.submitter.textContent.trim(),
      };
      write([...read(), visit]);
      field.key.value = key();
      field.note.value = "";
      noteAt(visit, words.noted.replace("{outcome}", visit.word));
      const cell = page.querySelector(`a.cell[href="#${door.id}"]`);
      if (cell) { cell.className = "cell visited"; cell.querySelector(".hide").textContent = ": " + visit.word; }
      step(door, "next");
      flush();
    });
    window.addEventListener("online", flush);
    setInterval(() => { if (read().some((visit) => !visit.refused)) flush(); }, 20000);
    flush();
  }
}
