package walk

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// target is what the manifest says that another app's "Share" sends, and where to.
type target struct {
	Action  string `json:"action"`
	Method  string `json:"method"`
	Enctype string `json:"enctype"`
	Params  struct {
		Files []struct {
			Name   string   `json:"name"`
			Accept []string `json:"accept"`
		} `json:"files"`
	} `json:"params"`
}

// TestShareTarget shares a document with the installed app, as a phone does: the browser
// itself sends what the manifest says, on nobody's page. The person chooses the printer,
// sees the document in the dialog, and prints it.
func TestShareTarget(t *testing.T) {
	t.Parallel()
	h := enter(t)
	queue := h.queue(t, "sharetarget")
	tab, doc := h.open(t, lab.Phone()), pages(1)
	tab.SignIn(h.Base, lab.Owner)
	to := lab.Ask[target](tab, "read the manifest", `fetch(document.querySelector('link[rel="manifest"]').href).then((r) => r.json()).then((m) => m.share_target)`)
	if to.Method != http.MethodPost || to.Enctype != "multipart/form-data" || len(to.Params.Files) != 1 || !slices.Contains(to.Params.Files[0].Accept, "application/pdf") {
		t.Fatalf("the manifest shares %+v", to)
	}
	share(tab, h.Base+to.Action, to.Params.Files[0].Name, "from another app.pdf", doc)
	tab.Read("On which printer?")
	tab.Read("from another app.pdf")
	handy(t, tab)
	id := queue[len(h.Base+"/printers/"):]
	offered := fmt.Sprintf(`main button[name="printer"][value=%q]`, id)
	if lab.Ask[bool](tab, "is it among the buttons", fmt.Sprintf(`Boolean(document.querySelector(%q))`, offered)) {
		tap(tab, offered)
	} else {
		lab.Ask[string](tab, "choose it in the list", fmt.Sprintf(`document.querySelector("#printer").value = %q`, id))
		tap(tab, "main form.form button")
	}
	tab.See("#files li")
	tab.Read("from another app.pdf")
	tap(tab, "#send")
	jobOf(tab)
	state(tab, "Printed")
	h.outOf(t, "sharetarget", doc, 1)
}

// share has the browser open an address with a document, on nobody's page. Headless
// Chromium has no window of apps to share with, so its own navigation is given a body.
func share(tab *lab.Tab, address, field, name string, doc []byte) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, field, name)}, "Content-Type": {"application/pdf"},
	})
	if err == nil {
		_, err = part.Write(doc)
	}
	if err == nil {
		err = form.Close()
	}
	tab.Do("share "+name, chromedp.ActionFunc(func(ctx context.Context) error {
		if err != nil {
			return err
		}
		chromedp.ListenTarget(ctx, func(event any) {
			if e, ok := event.(*fetch.EventRequestPaused); ok {
				go post(ctx, e, form.FormDataContentType(), body.Bytes())
			}
		})
		if err := fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: address}}).Do(ctx); err != nil {
			return err
		}
		if _, _, _, _, err := page.Navigate(address).Do(ctx); err != nil {
			return err
		}
		return fetch.Disable().Do(ctx)
	}))
}

// post lets a request go on with a body; the page shows what came of it.
func post(ctx context.Context, e *fetch.EventRequestPaused, contentType string, body []byte) {
	headers := []*fetch.HeaderEntry{{Name: "Content-Type", Value: contentType}, {Name: "Origin", Value: "null"}}
	for name, value := range e.Request.Headers {
		headers = append(headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
	}
	_ = fetch.ContinueRequest(e.RequestID).WithMethod(http.MethodPost).WithHeaders(headers).
		WithPostData(base64.StdEncoding.EncodeToString(body)).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Target))
}
