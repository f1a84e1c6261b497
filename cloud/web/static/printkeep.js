// Sends a document to be looked at: a small one with a form, a large one in pieces that
// go on by themselves where the connection was lost.
import { pause } from "./printask.js";

const large = 4 << 20;
const piece = 8 << 20;
const patience = 15 * 60_000; // without anything coming through

// keeper returns a function that keeps a file and answers with its draft.
export function keeper({ ask, printer, xsrf, words }) {
  async function whole(file, tell, signal) {
    const body = new FormData();
    body.append("xsrf", xsrf);
    body.append("document", file);
    const answer = await ask.send(`${printer}/preview`, body, { signal, tell: (have, all) => tell(have / all) });
    return answer.drafts[0];
  }

  function begin(file, signal) {
    const body = new URLSearchParams({ xsrf, name: file.name, type: file.type, size: file.size });
    return ask.call(`${printer}/uploads`, { method: "POST", body, signal });
  }

  async function pieces(file, upload, tell, signal) {
    let { offset } = upload;
    for (;;) {
      const headers = { "Content-Type": "application/partial-upload", "Upload-Offset": offset, "X-Xsrf": xsrf };
      const from = offset;
      const answer = await ask.send(`/uploads/${upload.upload}`, file.slice(from, from + piece), {
        method: "PATCH", headers, signal, tell: (have) => tell((from + have) / file.size),
      });
      if (answer.done) return;
      if (answer.offset === offset) throw Object.assign(new Error(words.lost), { status: 503 });
      offset = answer.offset;
    }
  }

  // inPieces asks how far it is after each interruption. A service that was started anew
  // knows nothing of it: then it begins again.
  async function inPieces(file, tell, signal) {
    let upload = null;
    let until = Date.now() + patience;
    let farthest = 0;
    const told = (part) => {
      if (part > farthest) until = Date.now() + patience;
      farthest = Math.max(farthest, part);
      tell(part);
    };
    for (let wait = 1000; ; wait = Math.min(2 * wait, 15_000)) {
      try {
        upload = upload ? await ask.call(`/uploads/${upload.upload}`, { signal }) : await begin(file, signal);
        if (!upload.done) await pieces(file, upload, told, signal);
        return upload.upload;
      } catch (error) {
        const gone = error.status === 404 && upload;
        if (gone) upload = null;
        const passing = gone || !error.status || error.status === 409 || error.status === 429 || error.status >= 500;
        if (signal.aborted || !passing || Date.now() > until) throw error;
        tell(farthest, words.resumes);
        await pause(wait, signal);
        if (signal.aborted) throw error;
      }
    }
  }

  return (file, tell, signal) => (file.size > large ? inPieces(file, tell, signal) : whole(file, tell, signal));
}
