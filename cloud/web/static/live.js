// Puts the new state of each job and printer into the page as the service tells of it.
// The browser comes back by itself after a cut, and says what it saw last.

import { signIn } from "./session.js";
import { local } from "./times.js";

const patience = [2_000, 60_000]; // between tries where the browser gave up: the first, the longest
const hiddenFor = 3_000; // then a page that nobody sees lets others have its connection

const all = (name) => [...new Set([...document.querySelectorAll(`[data-${name}]`)].map((element) => element.dataset[name]))];
const query = new URLSearchParams({ after: document.body.dataset.after, jobs: all("job").slice(0, 200).join(",") });
const printers = all("printer");
if (printers.length > 0) query.set("printers", printers.join(","));

let source = null;
let wait = patience[0];
let timer = 0;

function open() {
  close();
  if (document.hidden) return; // a browser makes six connections, for all of its tabs
  source = new EventSource(`/events?${query}`);
  source.addEventListener("open", () => (wait = patience[0]));
  source.addEventListener("job", heard(tellJob));
  source.addEventListener("printer", heard(tellPrinter));
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) again(wait);
  });
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

// heard remembers what was seen last, for when the page asks anew.
function heard(tell) {
  return (event) => {
    if (event.lastEventId) query.set("after", event.lastEventId);
    tell(JSON.parse(event.data));
  };
}

// again asks later: a proxy in front of a service that is started anew answers with an
// error, after which browsers do not come back by themselves.
function again(pause) {
  close();
  timer = setTimeout(look, pause);
  wait = Math.min(2 * wait, patience[1]);
}

// look asks whether the session is over: then this page is not to be read any more.
async function look() {
  const stop = new AbortController();
  try {
    const answer = await fetch(`/events?${query}`, { signal: stop.signal });
    stop.abort();
    if (answer.status === 204) signIn();
    else if (answer.ok) open();
    else again(wait);
  } catch {
    again(wait);
  }
}

function put(element, part, text) {
  const target = element.querySelector(`[data-part="${part}"]`);
  if (target && target.textContent !== text) target.textContent = text;
  return target;
}

// putNote puts a sentence that may have a time in it.
function putNote(element, { before = "", at, after = "" }) {
  const target = element.querySelector('[data-part="note"]');
  if (!target) return;
  const parts = [before];
  if (at) {
    const time = document.createElement("time");
    time.dateTime = at;
    time.textContent = at.replace("T", " ").replace("Z", " UTC");
    parts.push(local(time));
  }
  const next = document.createElement("span");
  next.append(...parts, after);
  if (target.textContent !== next.textContent) target.replaceChildren(...next.childNodes);
}

function tellJob(job) {
  arrive(job);
  for (const element of document.querySelectorAll("[data-job]")) {
    if (element.dataset.job !== job.job) continue;
    for (const part of ["state", "pages", "message"]) {
      const target = put(element, part, job[part] ?? "");
      if (target && part === "state") target.dataset.tone = job.tone;
    }
    putNote(element, job.note ?? {});
    for (const form of element.querySelectorAll("[data-action]")) {
      form.hidden = !job.actions.includes(form.dataset.action);
    }
  }
}

// arrive adds a job that the page does not show yet, where the page has a place for it.
function arrive(job) {
  const list = document.querySelector("[data-arrivals]");
  if (!list || list.querySelector(`[data-job="${CSS.escape(job.job)}"]`)) return;
  const item = document.getElementById("arrival").content.cloneNode(true).firstElementChild;
  item.dataset.job = job.job;
  const link = item.querySelector("a");
  link.href = `/jobs/${encodeURIComponent(job.job)}`;
  link.textContent = job.title;
  list.prepend(item);
}

function tellPrinter(printer) {
  for (const element of document.querySelectorAll("[data-printer]")) {
    if (element.dataset.printer !== printer.printer) continue;
    const state = put(element, "state", printer.state);
    if (state) state.dataset.tone = printer.tone;
    put(element, "queued", String(printer.queued));
    put(element, "supply", printer.supply)?.classList.toggle("nothing", printer.supply === "");
  }
}

open();
window.addEventListener("pagehide", close);
// A page that the browser kept for going back shows what was.
window.addEventListener("pageshow", (event) => event.persisted && open());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(timer);
    timer = setTimeout(close, hiddenFor);
  } else if (source === null) {
    open();
  } else {
    clearTimeout(timer);
  }
});
