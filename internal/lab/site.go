package lab

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Owner is the account of a Site.
const Owner = "owner@example.com"

// Password is the password of Owner.
const Password = "correct horse battery"

// SiteOptions say how a Site is set up.
type SiteOptions struct {
	Bin           string   // folder of the two programs, see Build
	CUPS          []string // addresses of CUPS servers
	CloudConfig   string   // further lines of platen-cloud.toml, before its first table
	CloudLimits   string   // lines of its table [limits]; "" for NoLimits
	CloudPush     string   // lines of its table [push] and after; "" for the embedded service
	ConnectConfig string   // further lines of platen.toml
	CloudAddress  string   // what the connector dials instead of the cloud, such as a proxy; "" for the cloud itself
	PushPort      int      // likewise for the notification stream; 0 for the cloud itself
	Host          string   // name of this machine in the cloud's address; "" for its number
	Dir           string   // where everything of the site goes; "" makes a folder
	Empty         bool     // the cloud has neither accounts nor keys
	Plain         bool     // share what a connector shares that was told nothing; else all queues, raw ones too
}

// NoLimits lifts the limits that a test or a measurement would meet, which prints
// more than people do.
const NoLimits = "submits_per_minute = -1\nwaiting_jobs_per_printer = -1\nstored_mib_per_user = -1\ndisk_percent = -1\n"

// Site is one cloud and one connector, as real programs on loopback with folders
// of their own. Both can be stopped, killed and started again.
type Site struct {
	Dir      string
	Base     string // address of the cloud
	Direct   int    // port of the notification streams
	Key      string // API key that prints as Owner
	PairKey  string // key of scope pair
	t        TB
	o        SiteOptions
	cloud    *process
	connect  *process
	starts   int // numbers the logs
	client   *http.Client
	httpPort int
}

// NewSite prepares a site: an account and its keys exist, nothing runs yet.
func NewSite(t TB, o SiteOptions) *Site {
	t.Helper()
	if o.Dir == "" {
		o.Dir = workDir(t)
	}
	s := &Site{Dir: o.Dir, t: t, o: o, httpPort: freePort(t), Direct: freePort(t), client: &http.Client{Timeout: time.Minute}}
	s.Base = fmt.Sprintf("http://%s:%d", cmp.Or(o.Host, "127.0.0.1"), s.httpPort)
	push := s.Direct
	if o.PushPort != 0 {
		push = o.PushPort
	}
	base := s.CloudAddress()
	streams := fmt.Sprintf("direct_listen = \"127.0.0.1:%d\"\nstarttls_listen = \"\"\nadvertised_direct_port = %d\n", s.Direct, push)
	s.write("cloud.toml", fmt.Sprintf("listen = \"127.0.0.1:%d\"\nbase_url = %q\nstate_dir = %q\n%s\n[limits]\n%s\n[push]\n%s",
		s.httpPort, base, s.file("cloud"), o.CloudConfig, cmp.Or(o.CloudLimits, NoLimits), cmp.Or(o.CloudPush, streams)))
	cups, err := json.Marshal(append([]string{}, o.CUPS...))
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	include := "include = [\"*\"]\n"
	if o.Plain {
		include = ""
	}
	s.write("platen.toml", fmt.Sprintf("state_dir = %q\nsocket = %q\nrules = %q\ncups = %s\nfull_username = true\npoll_interval = \"5s\"\n%s%s\n",
		s.file("connector"), s.file("platen.sock"), s.file("printers.toml"), cups, include, o.ConnectConfig))
	ShareModule(t, s.file("cloud"))
	ShareModule(t, s.file("connector"))
	if o.Empty {
		return s
	}
	s.Cloud("user", "add", Owner, "--admin", "--password-stdin")
	s.Key = s.Cloud("key", "create", "--user", Owner, "--scope", "print")
	s.PairKey = s.Cloud("key", "create", "--user", Owner, "--scope", "pair")
	return s
}

// CloudAddress returns the cloud's address as the connector knows it.
func (s *Site) CloudAddress() string { return cmp.Or(s.o.CloudAddress, s.Base) }

func (s *Site) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *Site) write(name, text string) {
	if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
		s.t.Fatalf("write %s: %v", name, err)
	}
}
