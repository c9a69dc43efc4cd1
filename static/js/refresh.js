// Live figures: the element's inside is fetched again every data-refresh-seconds (default 20) while the page is looked at.
// The answer is parsed by the browser as a document that runs no script, which the trusted-types policy allows.
{
  for (const box of document.querySelectorAll("[data-refresh-url]")) {
    const pause = Math.max(5, Number(box.dataset.refreshSeconds) || 20) * 1000;
    const again = () => setTimeout(fetchOnce, pause);
    const fetchOnce = () => {
      if (document.hidden || box.contains(document.activeElement)) return void again();
      const request = new XMLHttpRequest();
      request.open("GET", box.dataset.refreshUrl);
      request.responseType = "document";
      request.onload = () => {
        const fresh = request.status === 200 && request.response;
        const inside = fresh && ((box.id && fresh.getElementById(box.id)) || fresh.body);
        if (inside) box.replaceChildren(...inside.childNodes);
      };
      request.onloadend = again;
      request.send();
    };
    again();
  }
}
