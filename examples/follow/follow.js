// Follows the printers that somebody may use, and the own jobs: logs in over a WebSocket, or BOSH,
// asks how things are, subscribes, and shows what comes. docs/xmpp.md has the names.
"use strict";

const { Strophe, $iq, $pres } = window.strophe ?? window;
const { domain, service } = document.body.dataset;
const PUBSUB = "http://jabber.org/protocol/pubsub";
const show = (id, text) => { document.getElementById(id).textContent = text; };

// One line for each item of a node: {"printer-ID": <li>}.
const lines = new Map();

// item shows one Atom entry: what is in it is text, whoever sent it.
function item(element) {
  const id = element.getAttribute("id");
  const part = (name) => element.getElementsByTagName(name)[0]?.textContent ?? "";
  if (!lines.has(id)) {
    lines.set(id, document.getElementById("printers").appendChild(document.createElement("li")));
  }
  lines.get(id).textContent = `${part("title")}: ${part("content")}`;
}

function message(stanza) {
  // Only the service tells of printers.
  if (stanza.getAttribute("from") !== service) return true;
  for (const element of stanza.getElementsByTagName("item")) item(element);
  const body = stanza.getElementsByTagName("body")[0];
  if (body) {
    document.getElementById("news").appendChild(document.createElement("li")).textContent = body.textContent;
  }
  return true; // go on listening
}

function follow(address, key) {
  const { websocket, bosh } = document.body.dataset;
  const url = new URL(bosh || websocket, location.href);
  if (!bosh) url.protocol = url.protocol.replace("http", "ws");
  const connection = new Strophe.Connection(url.href);
  const me = `${Strophe.escapeNode(address)}@${domain}`;
  const ask = (type, verb, attributes) => new Promise((resolve, reject) => {
    const iq = $iq({ type, to: service }).c("pubsub", { xmlns: PUBSUB }).c(verb, attributes);
    connection.sendIQ(iq, resolve, reject, 10000);
  });
  connection.connect(me, key, async (status) => {
    switch (status) {
      case Strophe.Status.AUTHFAIL: show("status", "The key is not that person's."); break;
      case Strophe.Status.CONNFAIL: show("status", "There is no connection."); break;
      case Strophe.Status.DISCONNECTED: show("status", "The connection has ended."); break;
      case Strophe.Status.CONNECTED: {
        connection.addHandler(message, null, "message");
        connection.send($pres()); // without it nothing comes to the address
        const node = `platen/people/${address}`;
        try {
          await ask("set", "subscribe", { node, jid: me });
          const answer = await ask("get", "items", { node });
          for (const element of answer.getElementsByTagName("item")) item(element);
          show("status", "Following.");
        } catch {
          show("status", "The service refuses it.");
        }
      }
    }
  });
}

document.getElementById("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  follow(form.get("address").trim().toLowerCase(), form.get("key").trim());
  event.target.reset();
});
