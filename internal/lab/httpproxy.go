package lab

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// HTTPProxyAddr is where an HTTPProxy's connections come from.
var HTTPProxyAddr = netip.AddrFrom4([4]byte{127, 0, 0, 3})

// HTTPProxy starts a private tinyproxy that wants a name and a password, and lets nobody
// through to other ports than one. It returns its address, with both in it.
func HTTPProxy(t TB, port int) *url.URL {
	t.Helper()
	Need(t, "tinyproxy")
	dir, own := workDir(t), freePort(t)
	file := filepath.Join(dir, "tinyproxy.conf")
	conf := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\nAllow 127.0.0.1\nBasicAuth joe secret\nBind %s\nConnectPort %d\nLogLevel Warning\n",
		own, HTTPProxyAddr, port)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	p, err := spawn(exec.Command(find("tinyproxy"), "-d", "-c", file), filepath.Join(dir, "log"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(p.stop)
	u := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", own), User: url.UserPassword("joe", "secret")}
	if !waitFor(10*time.Second, func() bool { return p.ended() || answers("tcp", u.Host) }) || p.ended() {
		tail(t, filepath.Join(dir, "log"))
		t.Fatalf("tinyproxy did not start")
	}
	return u
}
