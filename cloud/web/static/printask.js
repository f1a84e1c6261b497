// How the page that people print from asks the service, and how it waits.

import { signIn } from "./session.js";

// later calls act once nothing more was asked for during wait.
export function later(act) {
  let timer;
  return (wait) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
}

// pause waits, or until the network is back; it ends early with the signal.
export function pause(wait, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
    signal?.addEventListener("abort", done);
  });
}

// fill puts values into the places of a sentence of the catalogue.
export function fill(text, ...values) {
  return text.replace(/%[sd]/g, () => values.shift());
}

function failure(text, status, answer) {
  return Object.assign(new Error(text), { status, fields: answer?.fields });
}

// enter goes to sign in where an answer says so: the session ended meanwhile.
function enter(address) {
  if (new URL(address).pathname === "/signin") signIn();
}

const answered = 180_000; // how long an answer may take
const moves = 60_000; // how long an upload may stand still

// asker returns the two ways to ask; lost is what is said where nobody answers.
export function asker(lost) {
  // call answers with what the service says; its error has the service's sentence.
  async function call(path, options = {}) {
    let response;
    let answer = null;
    const signals = [AbortSignal.timeout(answered), options.signal].filter(Boolean);
    try {
      response = await fetch(path, { ...options, signal: AbortSignal.any(signals), headers: { Accept: "application/json" } });
      if (response.headers.get("Content-Type")?.includes("json")) answer = await response.json();
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw failure(lost);
    }
    enter(response.url);
    if (!response.ok || !answer) throw failure(answer?.error ?? lost, response.status, answer);
    return answer;
  }

  // send tells how far it is, which fetch cannot. One that stands still is given up: a
  // network that went away without a word would be waited for much longer.
  function send(path, body, { method = "POST", headers = {}, tell = () => {}, signal } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(failure(lost, 0)); // it would not be told again
        return;
      }
      const request = new XMLHttpRequest();
      request.open(method, path);
      request.setRequestHeader("Accept", "application/json");
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.responseType = "json";
      let watch;
      const within = (time) => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), time);
      };
      request.upload.addEventListener("progress", (e) => {
        within(moves);
        tell(e.loaded, e.total);
      });
      request.upload.addEventListener("load", () => within(answered));
      request.addEventListener("loadend", () => clearTimeout(watch));
      request.addEventListener("load", () => {
        enter(request.responseURL);
        const answer = request.response;
        if (request.status === 200 && answer) resolve(answer);
        else reject(failure(answer?.error ?? lost, request.status, answer));
      });
      request.addEventListener("error", () => reject(failure(lost)));
      request.addEventListener("abort", () => reject(failure(lost, 0)));
      signal?.addEventListener("abort", () => request.abort());
      within(moves);
      request.send(body);
    });
  }
  return { call, send };
}
