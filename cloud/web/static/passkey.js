// Signs in with a passkey, and makes one (Web Authentication, Level 3). Where a browser
// cannot, what belongs to passkeys stays hidden.

import { asker } from "./printask.js";

const ways = {
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

// sign has the browser sign what the service asks for, and sends that with the form.
async function sign(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const words = form.dataset;
  const button = form.querySelector("button");
  const trouble = form.querySelector('[role="alert"]');
  button.disabled = true;
  trouble.textContent = "";
  try {
    const body = new URLSearchParams({ xsrf: form.elements.xsrf?.value ?? "" });
    const { publicKey } = await asker(words.lost).call(words.options, { method: "POST", body });
    const credential = await ways[words.passkey](publicKey);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    button.disabled = false;
    if (!(error instanceof DOMException)) trouble.textContent = error.message;
    else trouble.textContent = error.name === "InvalidStateError" ? words.known : words.cancelled;
  }
}

if (window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-nopasskeys]")) part.hidden = true;
  for (const form of document.querySelectorAll("[data-passkey]")) form.addEventListener("submit", sign);
}
