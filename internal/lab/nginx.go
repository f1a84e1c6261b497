package lab

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Nginx starts a private nginx with a file of examples that describes one server, with
// other words in it, each of which must be there. It returns the server's address, such as
// http://127.0.0.1:1234.
func Nginx(t TB, file string, words ...string) string {
	t.Helper()
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(t)))
	nginx(t, filepath.Join("examples", file), at, append(words, "127.0.0.1:8080", at))
	return "http://" + at
}

// NginxBefore starts a private nginx with the file of packaging that describes one before
// platen-cloud, with a certificate, before a cloud at an address.
// Further words of it are replaced, each of which must be there. It returns its address,
// such as 127.0.0.1:1234, and the folder of its logs.
func NginxBefore(t TB, cloud string, certificate *tls.Config, words ...string) (at, logs string) {
	t.Helper()
	at = net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(t)))
	dir := workDir(t)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(certificate.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: certificate.Certificates[0].Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatalf("%v", err)
		}
	}
	nginx(t, filepath.Join("packaging", "nginx", "platen-cloud.conf"), at, append(words,
		"listen 443 ssl", "listen "+at+" ssl", "/var/log/nginx", dir, "http://127.0.0.1:8631", "http://"+cloud,
		"/etc/letsencrypt/live/print.example.com/fullchain.pem", cert, "/etc/letsencrypt/live/print.example.com/privkey.pem", key,
	))
	return at, dir
}

// nginx starts one with a file of the checkout, in which words are replaced.
func nginx(t TB, file, at string, words []string) {
	t.Helper()
	Need(t, "nginx")
	text, err := os.ReadFile(filepath.Join(root(t), file))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for i := 0; i < len(words); i += 2 {
		if !strings.Contains(string(text), words[i]) {
			t.Fatalf("%s lacks %q", file, words[i])
		}
	}
	dir := workDir(t)
	var paths strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n" // the checkout may be nobody else's to read
	}
	conf := filepath.Join(dir, "nginx.conf")
	all := user + "daemon off;\nworker_processes 1;\npid " + dir + "/pid;\nerror_log stderr;\nevents { }\nhttp {\naccess_log off;\n" +
		"types { text/html html; text/javascript js; }\n" + paths.String() + strings.NewReplacer(words...).Replace(string(text)) + "}\n"
	if err := os.WriteFile(conf, []byte(all), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	log := filepath.Join(dir, "log")
	p, err := spawn(exec.Command(find("nginx"), "-p", dir, "-e", "stderr", "-c", conf), log)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(p.stop)
	if !waitFor(10*time.Second, func() bool { return p.ended() || answers("tcp", at) }) || p.ended() {
		tail(t, log)
		t.Fatalf("nginx did not start")
	}
}

// Example returns the folder of an example.
func Example(t TB, name string) string {
	t.Helper()
	return filepath.Join(root(t), "examples", name)
}
