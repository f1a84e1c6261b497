// What pages do when the session is over.

let over = false;

// isOver reports whether the page is being left because the session is over: nobody is
// to be asked then whether they mean it.
export function isOver() {
  return over;
}

// signIn leads to the page to sign in, and from there back to this one.
export function signIn() {
  over = true;
  location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
}
