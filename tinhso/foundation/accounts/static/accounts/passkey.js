// Passkeys (WebAuthn): the browser is asked, the answer goes back in a hidden field of the form.
// Forms: data-passkey="login | authenticate | add", options from data-options or, for login, from the form's address.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list || []).map((item) => ({ ...item, id: toBytes(item.id) }));

function asJson(credential) {
  const given = credential.response;
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[name]) response[name] = toText(given[name]);
  }
  if (given.getTransports) response.transports = given.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function create(options) {
  const asked = options.creation_options.publicKey;
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge),
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: withBytes(asked.excludeCredentials),
    authenticatorSelection: {
      ...asked.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  };
  return navigator.credentials.create({ publicKey });
}

async function get(options) {
  const asked = options.request_options.publicKey;
  const publicKey = { ...asked, challenge: toBytes(asked.challenge), allowCredentials: withBytes(asked.allowCredentials) };
  return navigator.credentials.get({ publicKey });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.querySelector("[data-told]")?.remove();
      try {
        const options = await optionsOf(form);
        const credential = form.dataset.passkey === "add" ? await create(options) : await get(options);
        form.querySelector("#passkey-credential").value = JSON.stringify(asJson(credential));
        HTMLFormElement.prototype.submit.call(form);
      } catch {
        const told = document.createElement("p");
        told.className = "error";
        told.dataset.told = "";
        told.setAttribute("role", "alert");
        told.textContent = form.dataset.problem;
        form.append(told);
      }
    }, true);
  }
}
