// The QR of an identity card before the camera. Without a camera, or in a browser that reads no codes, the photograph
// goes to the server with the form, and the hand scanner types into the field as ever.
//   <form data-card-form>        holds #card (text) and #card_photo (file); sent as soon as either is there
//   <button data-card-camera hidden>, <dialog data-card-dialog> with a <video>
const form = document.querySelector("[data-card-form]");
const button = document.querySelector("[data-card-camera]");
const dialog = document.querySelector("[data-card-dialog]");

function send() {
  form.requestSubmit(form.querySelector("button[name=do]"));
}

async function canRead() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function watch() {
  const video = dialog.querySelector("video");
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  video.srcObject = camera;
  dialog.showModal();
  await video.play();
  let text = "";
  while (dialog.open && !text) {
    const found = await detector.detect(video).catch(() => []);
    text = found.map((code) => code.rawValue).find((value) => value.includes("|")) ?? "";
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  for (const track of camera.getTracks()) track.stop();
  if (!text) return;
  dialog.close();
  form.querySelector("#card").value = text;
  send();
}

if (form) {
  form.querySelector("#card_photo").addEventListener("change", (event) => event.target.files.length && send());
  if (await canRead()) {
    button.hidden = false;
    button.addEventListener("click", () => watch().catch(() => (button.hidden = true)));
  }
}
