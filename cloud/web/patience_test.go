package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/impose"
)

// slowTime is how long slow things take, and hasty how long a server gives requests that
// ask for no more.
const (
	slowTime = 4 * time.Second
	hasty    = 3 * time.Second
)

// takeTime takes a while, as long as somebody waits.
func takeTime(ctx context.Context) error {
	select {
	case <-time.After(slowTime):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowPress takes its time for each document.
type slowPress struct{ press }

func (p *slowPress) Draw(ctx context.Context, in, format string, w impose.Work, out impose.Pictures) (impose.Result, error) {
	if err := takeTime(ctx); err != nil {
		return impose.Result{}, err
	}
	return p.press.Draw(ctx, in, format, w, out)
}

func (p *slowPress) Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error) {
	if err := takeTime(ctx); err != nil {
		return impose.Result{}, err
	}
	return p.press.Render(ctx, in, format, w, out)
}

// slowInstallation takes its time to be examined.
type slowInstallation struct{ someInstallation }

func (i slowInstallation) Examine(ctx context.Context) []Finding {
	if takeTime(ctx) != nil {
		return nil
	}
	return i.someInstallation.Examine(ctx)
}

// What takes longer than a server gives an ordinary request has its answer all the same.
func TestSlowAnswers(t *testing.T) {
	stored := filepath.Join(t.TempDir(), "stored.pdf")
	if err := os.WriteFile(stored, []byte(tenPages), 0o600); err != nil {
		t.Fatal(err)
	}
	w := startSet(t, func(cfg *Config, rules *cloud.Config) {
		cfg.Installation = slowInstallation{}
		rules.Rendering = cloud.Rendering{Renderer: &slowPress{}, Folder: t.TempDir(), Path: func(context.Context, string) (string, error) { return stored, nil }}
	})
	w.signIn()
	p := w.addLaser()
	server := httptest.NewUnstartedServer(w.Config.Handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = hasty, hasty
	server.Start()
	t.Cleanup(server.Close)
	hurried := w.other()
	hurried.Server, hurried.browser = server, &http.Client{Jar: w.browser.Jar, Timeout: time.Minute}
	xsrf := w.xsrf()
	drafts := []string{w.draft(p), w.draft(p), w.draft(p)}
	var wg sync.WaitGroup
	for name, each := range map[string]struct {
		ask  func() (string, answered)
		says string
	}{
		"a preview": {func() (string, answered) { return hurried.get("/drafts/" + drafts[0]) }, `"pages":10`},
		"a picture": {func() (string, answered) { return hurried.get("/drafts/" + drafts[1] + "/page/1.png") }, "PNG"},
		"the dialog": {func() (string, answered) {
			return hurried.get("/printers/" + string(p) + "/print?draft=" + drafts[2])
		}, "/page/4.png"},
		"odd pages": {func() (string, answered) {
			return hurried.send(p, url.Values{"xsrf": {xsrf}, "subset": {valueOdd}}, "a.pdf", tenPages)
		}, "a.pdf"},
		"the examination": {func() (string, answered) { return hurried.post("/admin", url.Values{"xsrf": {xsrf}}) }, "&lt;room&gt;"},
	} {
		wg.Go(func() {
			if page, resp := each.ask(); resp.StatusCode != http.StatusOK || !strings.Contains(page, each.says) {
				t.Errorf("%s: %s %s", name, resp.Status, page)
			}
		})
	}
	wg.Wait()
}
