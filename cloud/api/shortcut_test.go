package api

import (
	"testing"

	"platen/cloud/oauth"
)

// The request that a Shortcut of iOS makes (docs/phones.md) prints, with a key that may
// do nothing but print.
func TestShortcut(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	key, _, err := b.oauth.MakeKey(t.Context(), b.annUser.ID, oauth.KeyWish{Label: "phone", Scopes: []oauth.Scope{oauth.ScopePrint}})
	if err != nil {
		t.Fatal(err)
	}
	typ, body := multipartBody(
		part{name: "printerid", value: string(p)}, part{name: "title", value: "Überweisung"},
		part{name: "content", file: "Überweisung.pdf", typ: "application/pdf", value: pdf},
	)
	r := b.request("POST", "/cloudprint/submit", key.Reveal(), typ, body)
	r.Header.Set("User-Agent", "BackgroundShortcutRunner/1146 CFNetwork/1410 Darwin/22")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Language", "de-DE,de;q=0.9")
	a := b.must(b.do(r))
	if a.Message == "" || a.Job.Title != "Überweisung" || a.Job.ContentType != "application/pdf" || b.document(a.Job.ID, b.ann) != pdf {
		t.Errorf("%s", a.raw)
	}
	for name, key := range map[string]string{"another key": "platen_guess", "no key": ""} {
		r := b.request("POST", "/cloudprint/submit", key, typ, body)
		if a := b.do(r); a.Success || a.status == 200 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
}
