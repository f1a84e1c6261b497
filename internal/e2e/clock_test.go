package e2e

import (
	"crypto/tls"
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestClockIsWaitedOut shows a connector a certificate that begins in five years, as one
// does that starts with the clock of a board without a battery: it says so once, and goes on
// when the clock and the certificate agree.
func TestClockIsWaitedOut(t *testing.T) {
	t.Parallel()
	now, _ := lab.Certificate(t)
	later, _ := lab.CertificateFrom(t, time.Now().AddDate(5, 0, 0))
	var authorities []byte
	for _, c := range []*tls.Config{now, later} {
		authorities = append(authorities, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificates[0].Certificate[0]})...)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, authorities, 0o600); err != nil {
		t.Fatal(err)
	}
	front := lab.NewCable(t)
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CloudAddress: "https://" + front.Addr(), CloudConfig: "render = false\ntrusted_proxies = [\"127.0.0.1\"]",
		CloudPush: "driver = \"none\"\n", ConnectConfig: "render = false\nreconnect_max = \"1s\"\nca_file = \"" + ca + "\"\n",
	})
	target, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	var current atomic.Pointer[tls.Config]
	current.Store(now)
	proxy := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
	proxy.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return current.Load(), nil }}
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	t.Cleanup(proxy.CloseClientConnections)
	front.Serve(proxy.Listener.Addr().String())
	s.Start()
	lab.Until(t, 20*time.Second, "notifications", func() bool { return s.Way() != "" })

	current.Store(later)
	front.Drop()
	lab.Until(t, 20*time.Second, "the connector says that the clock is wrong", func() bool {
		return strings.Contains(s.Platen("status"), "this machine's clock is wrong: it says "+time.Now().UTC().Format(time.DateOnly))
	})
	lab.Until(t, 20*time.Second, "some more tries", func() bool {
		return scrape(t, filepath.Join(s.Dir, "platen.sock")).value("platen_connect_failures_total", "reason", "clock") >= 3
	})
	connector, _ := patients(t, s)
	lines, _ := connector.lines(t, 0)
	if text := strings.Join(lines, "\n"); strings.Count(text, "clock is wrong") != 1 || s.ConnectorEnded() {
		t.Errorf("the log says\n%s", text)
	}
	current.Store(now)
	lab.Until(t, 20*time.Second, "notifications again", func() bool { return s.Way() != "" })
}
