// Shows what will come out: one side large, and small ones to find a side by.

import { fill } from "./printask.js";

const block = 24; // small sides that are shown at once, as many as the service draws at once

export function previewer({ ask, choices, words }) {
  const preview = document.getElementById("preview");
  const pager = document.getElementById("pager");
  const place = document.getElementById("place");
  const jump = document.getElementById("goto");
  const note = document.getElementById("layoutnote");
  const strip = document.getElementById("strip");
  const previous = document.getElementById("previous");
  const next = document.getElementById("next");

  let current = null; // the item that is shown
  let side = 1;
  let sides = 0;
  let query = ""; // the choices that the pictures show
  let coming = null; // the picture that is on its way
  let ahead = null; // the picture of the next side
  let resting = false; // nothing more is asked for

  const address = (n, small = "") => `/drafts/${current.draft}/page/${small}${n}.png?${query}`;
  const label = (n) => fill(words.side, n, sides, current.title);

  // tell puts words in the place of the picture.
  function tell(text) {
    const p = document.createElement("p");
    p.className = "note";
    p.textContent = text;
    preview.replaceChildren(p);
    preview.removeAttribute("aria-busy");
    pager.hidden = true;
    strip.hidden = true;
    note.textContent = "";
  }

  // look asks how many sides the item has with these choices, and shows one.
  async function look() {
    const item = current;
    if (!item) return;
    if (!item.draft) {
      tell(item.problem ?? (item.ready ? "" : words.waits));
      return;
    }
    const asked = choices().toString();
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await ask.call(`/drafts/${item.draft}?at=${side}&${asked}`);
      if (item !== current || asked !== choices().toString()) return;
      const other = query !== asked || sides !== answer.sides || strip.dataset.of !== item.draft;
      [side, sides, query] = [answer.side, answer.sides, asked];
      note.textContent = answer.note;
      if (other) strip.dataset.from = "";
      show();
    } catch (error) {
      if (item === current) tell(error.message);
    }
  }

  function show() {
    if (resting) return;
    const image = new Image();
    coming = image;
    const mine = { item: current, query, side };
    const wanted = () => !resting && mine.item === current && mine.query === query && mine.side === side;
    image.alt = label(side);
    image.addEventListener("load", () => {
      if (!wanted()) return;
      preview.replaceChildren(image);
      preview.removeAttribute("aria-busy");
      if (side < sides) {
        ahead = new Image();
        ahead.src = address(side + 1);
      }
      drawStrip();
    });
    image.addEventListener("error", () => wanted() && why());
    preview.setAttribute("aria-busy", "true");
    image.src = address(side);
    pager.hidden = sides < 2;
    place.textContent = `${side} / ${sides}`;
    jump.hidden = sides <= block;
    jump.max = sides;
    previous.disabled = side === 1;
    next.disabled = side === sides;
    mark();
  }

  // why says what is wrong with a side: a picture cannot.
  async function why() {
    const item = current;
    try {
      await ask.call(`/drafts/${item.draft}?at=${side}&${query}`);
      if (item === current) tell(words.lost);
    } catch (error) {
      if (item === current) tell(error.message);
    }
  }

  function turn(to) {
    if (!current?.draft || sides === 0) return;
    side = Math.max(1, Math.min(sides, to));
    show();
  }

  // drawStrip draws the strip around the side that is shown.
  function drawStrip() {
    strip.hidden = sides < 2;
    const from = Math.floor((side - 1) / block) * block + 1;
    if (strip.hidden || strip.dataset.from === String(from)) return;
    for (const old of strip.querySelectorAll("img")) old.removeAttribute("src"); // it is not asked for any more
    const list = [];
    for (let n = from; n < from + block && n <= sides; n++) list.push(small(n));
    const focused = strip.contains(document.activeElement);
    strip.replaceChildren(...list);
    strip.dataset.from = from;
    strip.dataset.of = current.draft;
    mark();
    if (focused) strip.querySelector("[aria-current]")?.focus();
  }

  function small(n) {
    const button = document.createElement("button");
    button.type = "button";
    button.value = n;
    button.setAttribute("aria-label", label(n));
    const image = new Image();
    image.alt = "";
    image.loading = "lazy";
    image.src = address(n, "small-");
    const number = document.createElement("span");
    number.textContent = n;
    button.append(image, number);
    button.addEventListener("click", () => turn(n));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }

  // mark marks the side that is shown; it is the one that the tabulator comes to.
  function mark() {
    for (const button of strip.querySelectorAll("button")) {
      const here = Number(button.value) === side;
      button.tabIndex = here ? 0 : -1;
      if (!here) {
        button.removeAttribute("aria-current");
        continue;
      }
      button.setAttribute("aria-current", "true");
      strip.scrollTo({ left: button.offsetLeft - (strip.clientWidth - button.offsetWidth) / 2 });
    }
  }

  strip.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: side - 1, ArrowRight: side + 1, Home: 1, End: sides };
    if (!(event.key in steps)) return;
    event.preventDefault();
    turn(steps[event.key]);
    strip.querySelector("[aria-current]")?.focus();
  });
  previous.addEventListener("click", () => turn(side - 1));
  next.addEventListener("click", () => turn(side + 1));
  const leap = () => {
    const to = Number(jump.value);
    jump.value = "";
    if (to > 0) turn(to);
  };
  jump.addEventListener("change", leap);
  jump.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it does not print
    leap();
  });

  return {
    look,
    // select shows an item from its first side on; null shows nothing.
    select(item) {
      current = item;
      resting = false;
      [side, sides] = [1, 0];
      preview.classList.toggle("stage", item !== null); // the picture moves nothing when it comes
      if (item) look();
      else tell("");
    },
    shows: (item) => item === current,
    // rest asks for no more pictures, until an item is selected: what is sent is not there any more.
    rest() {
      resting = true;
      for (const image of [coming, ahead, ...strip.querySelectorAll("img")]) {
        if (image && !image.complete) image.removeAttribute("src");
      }
    },
  };
}
