package lab

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// ACME is a server that certifies whoever answers at a port of this machine (RFC 8555),
// whatever its name: Pebble, which checks challenges as public servers do.
type ACME struct {
	Directory string // its address
	CAFile    string // PEM of who signed its own certificate
}

// StartACME starts one that looks for challenges at the ports given, by TLS (RFC 8737)
// and by HTTP.
func StartACME(t TB, tlsPort, httpPort int) *ACME {
	t.Helper()
	Need(t, "pebble")
	dir := workDir(t)
	a := &ACME{CAFile: filepath.Join(dir, "cert.pem")}
	key := filepath.Join(dir, "key.pem")
	CertificateFiles(t, a.CAFile, key)
	port, manage := freePort(t), freePort(t)
	a.Directory = fmt.Sprintf("https://127.0.0.1:%d/dir", port)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": fmt.Sprintf("127.0.0.1:%d", port), "managementListenAddress": fmt.Sprintf("127.0.0.1:%d", manage),
		"certificate": a.CAFile, "privateKey": key, "httpPort": httpPort, "tlsPort": tlsPort,
	}})
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	path := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		t.Fatalf("write: %v", err)
	}
	cmd := exec.Command(find("pebble"), "-config", path, "-dnsserver", loopbackDNS(t))
	// Without sleeps between checks, and with no answers refused at random.
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
	log := filepath.Join(dir, "pebble.log")
	p, err := spawn(cmd, log)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(p.stop)
	if !waitFor(startTime, func() bool { return answers("tcp", fmt.Sprintf("127.0.0.1:%d", port)) || p.ended() }) || p.ended() {
		tail(t, log)
		t.Fatalf("pebble did not start")
	}
	return a
}

// loopbackDNS starts a name server by which every name is 127.0.0.1, and returns its
// address.
func loopbackDNS(t TB) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("name server: %v", err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = c.Close() // nothing is lost
		<-done
	})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := loopbackAnswer(buf[:n]); answer != nil {
				_, _ = c.WriteTo(answer, from) // who asked may be gone
			}
		}
	}()
	return c.LocalAddr().String()
}

// loopbackAnswer answers one question; nil for none.
func loopbackAnswer(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: uint32(time.Minute / time.Second)},
			Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		}}
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}
