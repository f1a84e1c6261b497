package daemon

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/connector"
	"platen/connector/control"
	"platen/internal/cli"
	"platen/internal/lab"
	"platen/internal/secret"
)

// wantFound wants what a doctor says, and what to do.
func wantFound(t *testing.T, f cli.Finding, detail, advice string) {
	t.Helper()
	if f.OK || !strings.Contains(f.Detail, detail) || !strings.Contains(f.Advice, advice) {
		t.Errorf("got %+v, want a failure with %q and the advice %q", f, detail, advice)
	}
}

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func settingsIn(t *testing.T) Config {
	t.Helper()
	cfg := Default()
	cfg.StateDir, cfg.CUPS, cfg.Render = t.TempDir(), nil, false
	return cfg
}

// The way to the cloud: name, port, proxy, certificate.
func TestDoctorFindsTheWay(t *testing.T) {
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	defer stranger.Close()
	young, _ := lab.CertificateFrom(t, time.Now().AddDate(5, 0, 0))
	future := httptest.NewUnstartedServer(http.NotFoundHandler())
	future.TLS = young
	future.StartTLS()
	defer future.Close()
	t.Setenv("NO_PROXY", "*")
	for name, test := range map[string]struct {
		cloud, proxy   string
		detail, advice string
	}{
		"DNS":         {"https://print.invalid", "", "print.invalid", "the name print.invalid cannot be looked up"}, // RFC 6761, 6.4
		"port":        {"http://" + nobody(t), "", "refused", "nobody listens there"},
		"proxy":       {"http://192.0.2.1", "http://" + nobody(t), "refused", "the HTTP proxy does not answer"},
		"certificate": {stranger.URL, "", "certificate", "ca_file"},
		"clock":       {future.URL, "", "this machine's clock says " + time.Now().UTC().Format(time.DateOnly), "timedatectl"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := settingsIn(t)
			cfg.HTTPProxy = secret.New(test.proxy)
			wantFound(t, examineCloud(t.Context(), cfg, Credentials{Cloud: test.cloud, RefreshToken: "r", ClientID: "c"}), test.detail, test.advice)
		})
	}
}

// A clock that is wrong by years is told by the cloud's own, whatever the certificate.
func TestDoctorFindsTheClock(t *testing.T) {
	off := 0 * time.Second
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
	}))
	defer s.Close()
	ask := func(d time.Duration) cli.Finding {
		off = d
		return examineClock(t.Context(), settingsIn(t), Credentials{Cloud: s.URL})
	}
	if f := ask(30 * time.Second); !f.OK {
		t.Errorf("half a minute: %+v", f)
	}
	wantFound(t, ask((56*365+1)*24*time.Hour), "it is 56 years behind the cloud's", "the connector waits")
	wantFound(t, ask(-10*24*time.Hour), "days ahead of the cloud's", "timedatectl")
	wantFound(t, ask(10*time.Minute), "behind the cloud's", "timedatectl")
}

// The machine: cupsd, queues, disk, rights, ports, versions.
func TestDoctorFindsTheMachine(t *testing.T) {
	cfg := settingsIn(t)
	cfg.CUPS = []string{filepath.Join(t.TempDir(), "cups.sock")}
	wantFound(t, examinePrinters(t.Context(), cfg, Credentials{})[0], "cups.sock", "is CUPS installed and started")
	cfg.CUPS = []string{nobody(t)}
	wantFound(t, examinePrinters(t.Context(), cfg, Credentials{})[0], "refused", "nobody listens there")
	dead, err := net.Listen("unix", filepath.Join(cfg.StateDir, "dead.sock"))
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false) // as of a cupsd that was killed
	_ = dead.Close()
	cfg.CUPS = []string{dead.Addr().String()}
	wantFound(t, examinePrinters(t.Context(), cfg, Credentials{})[0], "refused", "nobody listens there")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	cfg.MetricsListen = taken.Addr().String()
	wantFound(t, examineMetrics(t.Context(), cfg), "in use", "another program has the port")

	daemon := control.Status{Version: "v1.1.0", Cloud: control.Cloud{Connected: true}}
	if err := examineVersion(daemon, "v1.2.0"); err == nil || !strings.Contains(err.Error(), "v1.1.0") {
		t.Errorf("another version: %v", err)
	}
	if err := examineVersion(daemon, "v1.1.0"); err != nil {
		t.Errorf("the same version: %v", err)
	}
}

// A shared printer that no print system has any more is named.
func TestDoctorFindsAMissingQueue(t *testing.T) {
	server := lab.CUPS(t, lab.CUPSOptions{})
	server.AddRaw("here", "")
	cfg := settingsIn(t)
	cfg.CUPS = []string{server.Socket}
	known, err := openPrinters(cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	ids := []connector.Identity{{Name: "here", ID: "p1"}, {Name: "gone", ID: "p2"}, {Name: "deleted", ID: "p3", Removed: true}}
	if err := known.KeepIdentities(ids); err != nil {
		t.Fatal(err)
	}
	found := examineQueues(t.Context(), cfg, Credentials{})
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	wantFound(t, found[0], "gone is shared, and no print system has it", "platen printer remove gone")
}

// A full disk is one that is full.
func TestDoctorFindsAFullDisk(t *testing.T) {
	cfg := settingsIn(t)
	cfg.SpareDiskMiB = 1
	cfg.StateDir = filepath.Join(cfg.StateDir, "state")
	disk := lab.SmallDisk(t, cfg.StateDir, 4)
	if f := examineDisk(cfg); !f.OK {
		t.Errorf("with room: %+v", f)
	}
	disk.Fill()
	wantFound(t, examineDisk(cfg), "the disk is full", "make room")
	disk.Free()
	if f := examineWriting(cfg); !f.OK {
		t.Errorf("with room: %+v", f)
	}
	if left, _ := os.ReadDir(cfg.StateDir); len(left) != 0 {
		t.Errorf("the doctor left %v", left)
	}
}

// What another user may not, a user may not.
func TestDoctorFindsMissingRights(t *testing.T) {
	cfg := settingsIn(t)
	socket, err := net.Listen("unix", filepath.Join(cfg.StateDir, "cups.sock"))
	if err == nil {
		err = os.Chmod(cfg.StateDir, 0o500)
	}
	if err == nil {
		err = os.Chmod(socket.Addr().String(), 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	t.Cleanup(func() { _ = os.Chmod(cfg.StateDir, 0o700) }) //nolint:gosec // a folder
	var writing cli.Finding
	var advice string
	asStranger(func() {
		writing = examineWriting(cfg)
		_, err := net.Dial("unix", socket.Addr().String())
		advice = explainCUPS(socket.Addr().String(), err)
	})
	wantFound(t, writing, "permission denied", "run the command as the user of the service")
	if !strings.Contains(advice, "may not") {
		t.Errorf("of the socket: %s", advice)
	}
}
