// Keeps what a person chose of lists for a printer, in this browser: neither numbers,
// texts and PINs nor documents. Only the measures of an own size of paper go with it.

const kept = (form) => form.querySelectorAll("[data-remember]");

export function memory(form, key) {
  function remember() {
    const values = {};
    for (const f of kept(form)) {
      if (f.value !== f.dataset.default && f.name !== "subset" && !f.closest("[hidden]")) values[f.name] = f.value;
    }
    try {
      localStorage.setItem(key, JSON.stringify(values));
    } catch {
      // the browser keeps nothing
    }
  }

  function recall() {
    const told = [...new URLSearchParams(location.search).keys()].some((name) => name !== "draft");
    if (told || form.querySelector("[aria-invalid]")) return;
    let values = {};
    try {
      values = JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return;
    }
    for (const f of kept(form)) {
      const value = values[f.name];
      if (typeof value !== "string" || (f.options && ![...f.options].some((o) => o.value === value))) continue;
      f.value = value;
      f.closest("details")?.setAttribute("open", "");
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key);
    } catch {
      // there is none
    }
  }
  return { remember, recall, forget };
}
