// Puts the new state of each job into the page as the service tells of it. The
// browser comes back by itself after a cut, and says what it saw last.
const source = new EventSource(`/events?after=${encodeURIComponent(document.body.dataset.after)}`);

source.addEventListener("job", (event) => {
  const job = JSON.parse(event.data);
  for (const element of document.querySelectorAll("[data-job]")) {
    if (element.dataset.job !== job.job) continue;
    for (const part of ["state", "pages", "message"]) {
      const target = element.querySelector(`[data-part="${part}"]`);
      if (target) target.textContent = job[part] ?? "";
    }
    const cancel = element.querySelector('[data-part="cancel"]');
    if (cancel) cancel.hidden = !job.cancelable;
  }
});

window.addEventListener("pagehide", () => source.close());
