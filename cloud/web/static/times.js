// Times as the reader's clock and language have them; the service writes UTC.
const words = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// local writes a time element as the reader has it.
export function local(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return time;
  time.title = time.textContent;
  time.textContent = words.format(at);
  return time;
}

for (const time of document.querySelectorAll("time[datetime]")) local(time);
