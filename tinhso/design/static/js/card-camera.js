// The QR of an identity card before the camera. A browser that reads codes sends the text by itself; any other sends the
// picture taken by «Chụp», which the server reads. Without a camera there is the photograph, and the hand scanner types
// into the field as ever.
//   <form data-card-form>        holds #card (text) and #card_photo (file); sent as soon as either is there
//   <button data-card-camera hidden>, <p data-card-problem hidden> for a camera that does not open
//   <dialog id="card-camera">    with a <video>, and «Chụp» in its footer
const form = document.querySelector("[data-card-form]");
const button = document.querySelector("[data-card-camera]");
const problem = document.querySelector("[data-card-problem]");
const dialog = document.getElementById("card-camera");

function send() {
  form.requestSubmit(form.querySelector("button[name=do]"));
}

async function detector() {
  if (!("BarcodeDetector" in window)) return null;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

// The text of a card's code, "" where the dialog was closed before.
async function read(video, reader) {
  let text = "";
  while (dialog.open && !text) {
    const found = await reader.detect(video).catch(() => []);
    text = found.map((code) => code.rawValue).find((value) => value.includes("|")) ?? "";
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return text;
}

// The picture at the press of the button, null where the dialog was closed before.
async function shoot(video) {
  const shot = dialog.querySelector("footer button");
  shot.focus();
  const pressed = await new Promise((resolve) => {
    shot.addEventListener("click", () => resolve(true), { once: true });
    dialog.addEventListener("close", () => resolve(false), { once: true });
  });
  if (!pressed) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

async function watch() {
  const video = dialog.querySelector("video");
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  try {
    video.srcObject = camera;
    dialog.showModal();
    await video.play();
    const reader = await detector();
    dialog.querySelector("footer").hidden = Boolean(reader);
    if (reader) form.querySelector("#card").value = await read(video, reader);
    else {
      const picture = await shoot(video);
      const carried = new DataTransfer();
      if (picture) carried.items.add(new File([picture], "the.jpg", { type: "image/jpeg" }));
      form.querySelector("#card_photo").files = carried.files;
    }
  } finally {
    for (const track of camera.getTracks()) track.stop();
  }
  if (!dialog.open) return;
  dialog.close();
  send();
}

if (form) {
  form.querySelector("#card_photo").addEventListener("change", (event) => event.target.files.length && send());
  if (navigator.mediaDevices?.getUserMedia) {
    button.hidden = false;
    button.addEventListener("click", () => watch().catch(() => {
      button.hidden = true;
      problem.hidden = false;
    }));
  }
}
