package lab

import (
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
	Need(t, "nginx")
	text, err := os.ReadFile(filepath.Join(root(t), "examples", file))
	if err != nil {
		t.Fatalf("%v", err)
	}
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(t)))
	words = append(words, "127.0.0.1:8080", at)
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
	return "http://" + at
}

// Example returns the folder of an example.
func Example(t TB, name string) string {
	t.Helper()
	return filepath.Join(root(t), "examples", name)
}
