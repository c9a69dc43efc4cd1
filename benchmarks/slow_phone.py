"""When does the voting control show on a slow phone? Chromium at 360x640, 4x CPU slowdown, 400 kbit/s, 400 ms, empty cache."""

from __future__ import annotations

import shutil
import statistics
import time
from typing import Any

from benchmarks.neighbourhood import Voter
from benchmarks.voters import COOKIE

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PHONE = {"width": 360, "height": 640}
LATENCY, BYTES_PER_SECOND, SLOWDOWN, TIMES = 400, 400_000 // 8, 4, 3
# Frames are only made once nothing blocks rendering; so the first frame in which the control has a size is when it shows.
WATCH = """
(() => {
  const look = () => {
    const control = document.querySelector('main input[type=radio], main input[type=checkbox]');
    if (control && control.closest('label, li, div').getBoundingClientRect().height) {
      requestAnimationFrame(() => setTimeout(() => { window.shownAt = performance.now(); }));
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


def control_visible(port: int, vote_id: int, voter: Voter) -> str:
    """`ms=...`, the median of three, or why it was not measured."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        return "skipped: no Chromium on this machine"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "skipped: playwright is not installed (requirements-test.txt)"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        times = [_once(browser, port, vote_id, voter) for _ in range(TIMES)]
        browser.close()
    return f"ms={statistics.median(times):.0f}"


def _once(browser: Any, port: int, vote_id: int, voter: Voter) -> float:
    address = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    context.add_cookies([{"name": COOKIE, "value": voter.cookie, "url": address}])
    page = context.new_page()
    page.add_init_script(WATCH)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": LATENCY, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND,
    })  # fmt: skip
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(f"{address}/votes/{vote_id}/ballot", wait_until="commit")
    # The page's own policy forbids evaluated scripts, so the question is asked from outside.
    deadline = time.monotonic() + 30
    while (shown := page.evaluate("window.shownAt")) is None:
        if time.monotonic() > deadline:
            raise TimeoutError("no voting control within 30 seconds")
        page.wait_for_timeout(50)
    paints = page.evaluate("performance.getEntriesByName('first-contentful-paint').map(p => p.startTime)")
    context.close()
    return max([shown, *paints])
