// The page that people print from: keeps several documents, shows what will come
// out, says while one chooses what cannot be printed so, and sends with progress.
// Without it the form works by itself.
import { asker, fill, later } from "./printask.js";
import { keeper } from "./printkeep.js";
import { memory } from "./printmemory.js";
import { previewer } from "./printpreview.js";
import { isOver } from "./session.js";

const form = document.getElementById("print");
const input = document.getElementById("document");
const list = document.getElementById("files");
const trouble = document.getElementById("trouble");
const progress = document.getElementById("progress");
const send = document.getElementById("send");
const words = form.dataset;
const printer = `/printers/${encodeURIComponent(words.printer)}`;
const xsrf = form.elements.xsrf.value;

const ask = asker(words.lost);
const keepFile = keeper({ ask, printer, xsrf, words });
const last = memory(form, `print:${words.who}:${words.printer}`);
const preview = "previews" in words ? previewer({ ask, choices, words }) : { look() {}, select() {}, shows: () => false, rest() {} };

const items = []; // {title, file, draft, ready, problem, line, bar, state, remove, stop}
let asked = 0; // numbers the questions, so that late answers are not heard
let sending = false;
let spent = false; // all was sent, and the page is left

// fields are all choices; secret ones are in no address.
const fields = () => [...form.querySelectorAll("[data-default]")];

function choices() {
  const query = new URLSearchParams();
  for (const f of fields()) {
    if (f.type !== "password" && !f.disabled && f.value !== "" && f.value !== f.dataset.default) query.append(f.name, f.value);
  }
  return query;
}

function say(text) {
  trouble.textContent = text;
}

function showProblems(problems = {}) {
  for (const place of form.querySelectorAll("[data-problem]")) {
    const text = problems[place.dataset.problem] ?? "";
    if (place.textContent !== text) place.textContent = text;
    const field = form.elements.namedItem(place.dataset.problem);
    if (!field) continue;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (text) field.closest("details")?.setAttribute("open", "");
  }
}

const changed = later(async () => {
  const number = ++asked;
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await ask.call(`${printer}/check`, { method: "POST", body });
    if (number !== asked) return;
    if (!sending) say("");
    showProblems(answer.fields);
    if (Object.keys(answer.fields).length === 0) await preview.look();
  } catch (error) {
    if (number === asked) say(error.message);
  }
});

function select(item) {
  for (const each of items) each.line.firstChild.setAttribute("aria-pressed", String(each === item));
  preview.select(item);
}

function plain(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

function name(button, text, item) {
  button.textContent = text;
  button.setAttribute("aria-label", `${text}: ${item.title}`);
}

function add(item) {
  item.line = document.createElement("li");
  const title = plain(item.title, () => select(item));
  title.classList.add("title");
  item.bar = document.createElement("progress");
  item.bar.hidden = true;
  item.bar.setAttribute("aria-label", item.title);
  item.state = document.createElement("span");
  item.state.className = "note";
  item.state.setAttribute("role", "status");
  item.remove = plain("", () => drop(item));
  name(item.remove, words.remove, item);
  item.line.append(title, item.bar, item.state, item.remove);
  items.push(item);
  list.append(item.line);
  select(item);
}

function takeOut(item) {
  if (items.includes(item)) items.splice(items.indexOf(item), 1);
  item.line.remove();
  nameKept();
}

// nameKept has the page's address name the documents that the service keeps, so that they
// are there again after a reload, going back, signing in, or choosing the printer's own
// choices.
function nameKept() {
  const drafts = items.filter((item) => item.draft).map((item) => ["draft", item.draft]);
  const here = new URL(location);
  here.searchParams.delete("draft");
  for (const [name, draft] of drafts) here.searchParams.append(name, draft);
  history.replaceState(history.state, "", here);
  const own = document.getElementById("own");
  if (own) own.search = new URLSearchParams([["own", "1"], ...drafts]);
}

function drop(item) {
  item.stop?.abort();
  const at = items.indexOf(item);
  takeOut(item);
  ((items[at] ?? items.at(-1))?.remove ?? input).focus();
  if (item.draft) ask.call(`/drafts/${item.draft}/remove`, { method: "POST", body: new URLSearchParams({ xsrf }) }).catch(() => {});
  if (preview.shows(item)) select(items.at(-1) ?? null);
}

// keep sends a document to be looked at; what cannot be kept is sent when it is printed.
async function keep(item) {
  if ("previews" in words) {
    item.stop = new AbortController();
    item.bar.hidden = false;
    name(item.remove, words.stop, item);
    try {
      item.draft = await keepFile(item.file, (part, text = "") => {
        item.bar.value = part;
        item.state.textContent = text;
      }, item.stop.signal);
    } catch (error) {
      item.problem = error.message;
    }
    item.bar.hidden = true;
    item.state.textContent = "";
    name(item.remove, words.remove, item);
    nameKept();
  }
  item.ready = true;
  if (preview.shows(item)) preview.look();
}

function take(files) {
  say("");
  for (const file of files) {
    const item = { title: file.name, file };
    add(item);
    item.kept = keep(item);
  }
}

// order is the form with one document; the choices go first, so that the service can
// refuse them before it has the document.
function order(item, draft) {
  const body = new FormData(form);
  body.delete("document");
  body.delete("draft");
  if (draft) body.append("draft", draft);
  else body.append("document", item.file);
  return body;
}

async function print(item, tell) {
  try {
    return await ask.send(form.action, order(item, item.draft), { tell });
  } catch (error) {
    if (!item.draft || !item.file || error.status !== 404) throw error;
    return ask.send(form.action, order(item, null), { tell }); // it was not kept for so long
  }
}

function setSending(now) {
  sending = now;
  send.disabled = now;
  progress.hidden = !now;
  progress.value = 0;
  for (const item of items) item.remove.disabled = false;
}

// sendAll sends documents one after the other, but none that was removed while others
// were sent, and answers with the pages of their jobs.
async function sendAll(all) {
  const pages = [];
  for (const [done, item] of all.entries()) {
    await item.kept;
    if (!items.includes(item)) continue;
    item.remove.disabled = true;
    try {
      const answer = await print(item, (have, size) => (progress.value = (done + have / size) / all.length));
      pages.push(answer.to);
    } catch (error) {
      if (all.length > 1) error.message = fill(words.notsent, item.title, error.message, pages.length, all.length);
      throw error;
    }
    item.draft = null;
    takeOut(item);
    last.remember();
  }
  return pages;
}

async function printAll() {
  say("");
  setSending(true);
  preview.rest();
  try {
    const pages = await sendAll(items.slice());
    if (items.length > 0 || pages.length === 0) { // what was chosen meanwhile waits for its own word
      setSending(false);
      select(items.at(-1) ?? null);
      return;
    }
    sending = false;
    spent = true;
    location.assign(pages.length === 1 ? pages[0] : "/jobs");
  } catch (error) {
    setSending(false);
    say(error.message);
    showProblems(error.fields);
    select(items.at(-1) ?? null);
    form.querySelector("[aria-invalid]")?.focus();
  }
}

function reset() {
  for (const f of fields()) f.value = f.dataset.default;
  last.forget();
  arrange();
  changed(0);
}

// arrange shows the fields that another one asks for.
function arrange() {
  const media = form.elements.namedItem("media");
  for (const f of form.querySelectorAll("[data-with]")) {
    f.hidden = media?.value !== f.dataset.with;
    for (const i of f.querySelectorAll("input, select")) i.disabled = f.hidden; // else a wrong one keeps the form from being sent
  }
}

last.recall();
arrange();
for (const line of list.querySelectorAll("li")) {
  const item = { title: line.innerText.trim(), draft: line.querySelector("input").value, ready: true };
  line.remove();
  add(item);
}
document.getElementById("look")?.remove();
document.getElementById("reset").hidden = false;
document.getElementById("reset").addEventListener("click", reset);
const chosen = () => {
  take([...input.files]);
  input.value = "";
};
input.addEventListener("change", chosen);
if (input.files.length > 0) chosen(); // before this script was here
form.addEventListener("input", (event) => {
  if (event.target === input || !("default" in event.target.dataset)) return;
  arrange();
  changed(event.target.tagName === "SELECT" ? 0 : 250);
});
form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sending) return;
  if (items.length > 0) printAll();
  else say(words.nofile);
});
// A file that is dropped beside the form would be opened in place of the page.
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  take([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length === 0) return;
  event.preventDefault();
  take([...event.clipboardData.files]);
});
// What the service does not keep is lost with the page.
const atStake = () => sending || (!spent && items.some((item) => !item.draft));
window.addEventListener("beforeunload", (event) => atStake() && !isOver() && event.preventDefault());
// Going back to a form that was sent gets a new one: the key of this one is spent.
window.addEventListener("pageshow", (event) => event.persisted && spent && location.reload());
