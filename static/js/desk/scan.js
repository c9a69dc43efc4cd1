// A button that reads a QR code with the camera into the field named by data-scan. Shown only where the browser can:
// elsewhere the code is typed, as it is printed.
{
  const able = "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
  if (able) for (const button of document.querySelectorAll("[data-scan]")) {
    const field = document.getElementById(button.dataset.scan), words = button.textContent;
    let stream = null, video = null;
    const stop = () => {
      if (stream) for (const track of stream.getTracks()) track.stop();
      if (video) video.remove();
      stream = video = null;
      button.textContent = words;
    };
    const look = async (detector) => {
      if (!video) return;
      const [found] = await detector.detect(video).catch(() => []);
      if (!found) { requestAnimationFrame(() => look(detector)); return; }
      field.value = found.rawValue.slice(0, 20);
      stop();
      field.focus();
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (stream) { stop(); return; }
      try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }); }
      catch (refused) { field.focus(); return; } // no camera, or no leave to use it: the field is there
      video = document.createElement("video");
      video.className = "sheet-photo";
      video.setAttribute("playsinline", "");
      video.muted = true;
      video.srcObject = stream;
      button.before(video);
      button.textContent = button.dataset.done;
      await video.play();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    });
    addEventListener("pagehide", stop);
  }
}
