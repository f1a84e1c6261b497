package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// someInstallation is an installation in trouble; cloud/server tests the real one.
type someInstallation struct{}

func (someInstallation) Health(context.Context) Health {
	return Health{
		Version: "v9.8.7", Since: time.Unix(0, 0), Address: "http://cloud.invalid", Database: 3 << 20, DiskFree: 1 << 30, DiskSize: 100 << 30, DiskLow: true,
		Push: PushOff, Rendering: RenderingBroken,
	}
}

func (someInstallation) Examine(context.Context) []Finding {
	return []Finding{{Check: "disk", OK: true, Detail: "<room>"}, {Check: "push", Detail: "closed", Advice: "open it"}}
}

func (someInstallation) Settings(context.Context) (string, []Setting) {
	return "/etc/x.toml", []Setting{{Key: "retention", Value: "24h0m0s", Variable: "X_RETENTION", Source: "file"}, {Key: "oidc.issuer", Value: "https://login.invalid", Source: "default"}}
}

func (someInstallation) CheckProvider(context.Context) []Finding {
	return []Finding{{Check: "discovery", Detail: "nobody answers", Advice: "ask"}}
}

// The overview says what there is, what is wrong, and what trying finds.
func TestAdministration(t *testing.T) {
	w := start(t)
	w.signIn()
	w.addPrinter("q")
	shows := func(page string, want ...string) {
		t.Helper()
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("the page does not say %q:\n%s", text, page)
			}
		}
	}
	page, _ := w.get("/admin")
	shows(page, "v9.8.7", "3.0 MiB", "1.0 GiB of 100.0 GiB free", "<dt>Printers</dt><dd>1</dd>", "<dt>Last backup</dt><dd>none is known</dd>",
		"No port for notifications", "cannot be made ready", "Less than a tenth", "no backup for a week", `href="/audit"`, `aria-current="page"`)
	if strings.Contains(page, "What was found") {
		t.Error("findings before somebody asked")
	}
	page, resp := w.post("/admin", url.Values{"xsrf": {w.xsrf()}})
	if resp.StatusCode != http.StatusOK {
		t.Errorf("check: %s", resp.Status)
	}
	shows(page, "What was found", "&lt;room&gt;", "open it", "not in order")
	page, _ = w.get("/admin/settings")
	shows(page, "/etc/x.toml", "24h0m0s", "X_RETENTION", "can no longer be downloaded", "<td>file")
	page, _ = w.get("/admin/provider")
	shows(page, "http://cloud.invalid/oidc/callback", "https://login.invalid", "No provider is set")
	page, _ = w.post("/admin/provider", url.Values{"xsrf": {w.xsrf()}})
	shows(page, "nobody answers", "ask")
	page, _ = w.get("/about")
	shows(page, "Version v9.8.7")
}

func TestSizesInWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 30: "5.0 GiB", 3 << 50: "3072.0 TiB"} {
		if have := bytesText(n); have != want {
			t.Errorf("%d is %q, want %q", n, have, want)
		}
	}
}
