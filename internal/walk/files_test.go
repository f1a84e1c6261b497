package walk

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/chromedp/cdproto/emulation"

	"platen/internal/lab"
)

// locked is a PDF that opens with a password alone.
func locked(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetProtection(0, "a secret", "another")
	pdf.AddPage()
	pdf.SetFont("Helvetica", "", 30)
	pdf.Text(20, 20, "locked")
	if err := pdf.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFilesThatAreNone chooses what is no document: the page says what is wrong with
// each, and a printer that takes PDF decides about what only looks broken to us.
func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct") + "/print"
	h.awaitRenderer(t)
	tab := h.signedIn(t)
	for _, each := range []struct {
		name, says string
		doc        []byte
		sent       bool
	}{
		{"empty.pdf", "The document is empty.", nil, false},
		{"letter.pdf", "The document is not of the type application/pdf.", []byte("Dear Sir or Madam,\x00\xff\xfe this is no PDF."), false},
		{"locked.pdf", "The document is protected: it opens with a password only.", locked(t), true},
		{"cut.pdf", "The document is damaged: it cannot be read.", pages(3)[:200], true},
	} {
		tab.Go(page)
		tab.Choose("#document", file(t, each.name, each.doc))
		tab.Until("what the preview says of "+each.name, fmt.Sprintf(`document.querySelector("#preview").textContent.includes(%q)`, each.says))
		tab.Click("#send")
		if each.sent {
			jobOf(tab)
			state(tab, "Printed")
			if _, times := h.told(t, each.doc); times != 1 {
				t.Errorf("%s came out %d times", each.name, times)
			}
			continue
		}
		tab.Until("why it is not sent", fmt.Sprintf(`document.querySelector("#trouble").textContent.includes(%q)`, each.says))
		if path(tab) != strings.TrimPrefix(page, h.Base) {
			t.Errorf("%s leads to %s", each.name, path(tab))
		}
	}
}

// TestFileBeforeTheScript chooses a document on a slow line, before the script of the
// dialog is there: it is not forgotten.
func TestFileBeforeTheScript(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "slow")
	doc := pages(1)
	tab := h.open(t, lab.View{NoScript: true})
	tab.SignIn(h.Base, lab.Owner)
	tab.Go(page + "/print")
	tab.Choose("#document", file(t, "early.pdf", doc))
	tab.Do("let scripts run", emulation.SetScriptExecutionDisabled(false))
	lab.Ask[bool](tab, "let the script come", `import("/static/print.js").then(() => true)`)
	tab.See("#files li")
	tab.Click("#send")
	jobOf(tab)
	state(tab, "Printed")
	if n := h.printed(t, "slow", doc); n != 1 {
		t.Errorf("the document came out %d times", n)
	}
}
