package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// driver is something that carries hints from the cloud to its connector.
type driver struct {
	name   string
	way    string // by which they come in the end
	push   string // driver of the settings
	server func(lab.TB, lab.XMPPOptions) *lab.XMPPServer
	closed bool // no port of XMPP can be reached
	proxy  bool // it can, through an HTTP proxy alone
	signed bool // the server checks tokens by itself
}

func drivers() []driver {
	return []driver{
		{name: "embedded", way: "xmpp"},
		{name: "Prosody component", way: "xmpp", push: "component", server: lab.Prosody},
		{name: "Prosody PubSub", way: "xmpp", push: "pubsub", server: lab.Prosody},
		{name: "ejabberd component", way: "xmpp", push: "component", server: lab.Ejabberd},
		{name: "ejabberd PubSub", way: "xmpp", push: "pubsub", server: lab.Ejabberd},
		{name: "ejabberd cluster", way: "xmpp", push: "component", server: lab.EjabberdCluster},
		{name: "HTTP proxy", way: "xmpp-proxy", proxy: true},
		{name: "WebSocket", way: "websocket", closed: true},
		{name: "none", way: "long-poll", push: "none", closed: true},
	}
}

// carrying is a site whose hints a driver carries.
type carrying struct {
	t *testing.T
	driver
	*lab.Site
	bin     string
	cups    *lab.CUPSServer
	outside *lab.XMPPServer // nil where the cloud itself carries
	line    *lab.Cable      // between the connector and what carries
	printer string
	sent    map[string][]byte
}

// pingTimeout is the settings'; with the interval it is how long a frozen server is
// waited for. make soak takes those of every day.
func pingTimeout() time.Duration {
	if soak() {
		return 20 * time.Second
	}
	return 2 * time.Second
}

func soak() bool { return os.Getenv("PLATEN_SOAK") != "" }

// carry starts everything.
func (d driver) carry(t *testing.T, bin string) *carrying {
	t.Helper()
	c := &carrying{t: t, driver: d, bin: bin, cups: lab.CUPS(t, lab.CUPSOptions{}), line: lab.NewCable(t), sent: map[string][]byte{}}
	c.cups.AddRaw("raw", "")
	front := lab.NewCable(t) // the XMPP server's way to the cloud, which comes after it
	o := lab.SiteOptions{
		Bin: bin, CUPS: []string{c.cups.Socket}, PushPort: c.line.Port(),
		ConnectConfig: fmt.Sprintf("ping_interval = %q\nping_timeout = %q\nreconnect_max = %q\nclimb_after = \"200ms\"\n", pingTimeout(), pingTimeout(), pingTimeout()),
	}
	carries := func() string { return fmt.Sprintf("127.0.0.1:%d", c.Direct) }
	web := func() string { return strings.TrimPrefix(c.Base, "http://") }
	if d.server != nil {
		so := lab.XMPPOptions{Cloud: "http://" + front.Addr(), Bin: bin, Idle: pingTimeout()}
		if d.signed {
			o.Dir = t.TempDir()
			so.JWK, so.Cloud = tokenKey(t, bin, o.Dir), "http://127.0.0.1:1" // there is nobody to ask
		}
		c.outside = d.server(t, so)
		o.CloudPush = c.outside.Settings(d.push, c.line.Port())
		if d.signed {
			o.CloudPush += fmt.Sprintf("jwt_lifetime = %q\n", tokenLifetime)
		}
		carries = func() string { return fmt.Sprintf("127.0.0.1:%d", c.outside.Direct) }
	} else if d.push != "" {
		o.CloudPush = fmt.Sprintf("driver = %q\ndirect_listen = \"\"\nstarttls_listen = \"\"\n", d.push)
	}
	if d.proxy {
		o.ConnectConfig += fmt.Sprintf("http_proxy = %q\n", lab.HTTPProxy(t, c.line.Port()))
		c.line.Only(lab.HTTPProxyAddr)
	}
	if d.closed {
		nowhere := lab.NewCable(t)
		nowhere.Unplug()
		o.PushPort, o.CloudAddress, carries = nowhere.Port(), "http://"+c.line.Addr(), web
	}
	c.Site = lab.NewSite(t, o)
	c.line.Serve(carries())
	front.Serve(web())
	c.StartCloud()
	lab.Until(t, time.Minute, "pairing", c.pairs)
	c.StartConnector()
	c.printer = c.Printer("raw")
	c.stands()
	return c
}

// pairs ties the connector to the cloud. A proxy closes connections after each answer without
// having said so, and what was just asked by one of them is lost: people then try again.
func (c *carrying) pairs() bool {
	c.t.Helper()
	base := c.Base
	if c.closed {
		base = "http://" + c.line.Addr()
	}
	cmd := exec.Command(filepath.Join(c.bin, "platen"), "--config", filepath.Join(c.Dir, "platen.toml"), "pair", base)
	cmd.Env = append(os.Environ(), "PLATEN_TOKEN="+c.PairKey)
	out, err := cmd.CombinedOutput()
	if err != nil && !c.proxy {
		c.t.Fatalf("pair: %v\n%s", err, out)
	}
	return err == nil
}

// over tells how notifications come to the connector; "" while they do not.
func (c *carrying) over() string {
	c.t.Helper()
	out, _ := status(c.t, c.Site, c.bin, "--json") // it fails where the connector was revoked
	return wayIn(c.t, out)
}

// stands waits until hints come by the driver's way, and people are told so.
func (c *carrying) stands() {
	c.t.Helper()
	began, limit := time.Now(), time.Minute
	if c.closed { // it may have fallen further, and climbs after waits that grow
		limit = 3 * time.Minute
	}
	if !lab.Eventually(limit, func() bool { return c.over() == c.way }) {
		c.Logs()
		c.t.Fatalf("notifications do not come over %s:\n%s", c.way, c.Platen("status"))
	}
	c.t.Logf("notifications come over %s after %s", c.way, time.Since(began).Round(time.Millisecond))
	c.awaitShown("ONLINE")
}

// submits sends documents and returns their jobs.
func (c *carrying) submits(what string, n int) []string {
	c.t.Helper()
	jobs := make([]string, 0, n)
	for i := range n {
		name := fmt.Sprintf("%s %d", what, i)
		c.sent[name] = document(name, 2<<10)
		jobs = append(jobs, submit(c.t, c.Site, c.printer, name, c.sent[name]))
	}
	return jobs
}

// printed waits until jobs are done.
func (c *carrying) printed(what string, jobs []string) {
	c.t.Helper()
	began := time.Now()
	for _, job := range jobs {
		if j := c.Await(job, time.Minute, lab.Job.Ended); j.State() != "DONE" {
			c.t.Errorf("%s: %+v", what, j)
		}
	}
	c.t.Logf("%s: %d jobs in %s", what, len(jobs), time.Since(began).Round(time.Millisecond))
}

// shown is what the cloud says of the printer's connector.
func (c *carrying) shown() string {
	a, err := c.Call("printer", url.Values{"printerid": {c.printer}, "extra_fields": {"connectionStatus"}})
	if err != nil || len(a.Printers) != 1 {
		return ""
	}
	return a.Printers[0].ConnectionStatus
}

func (c *carrying) awaitShown(want string) {
	c.t.Helper()
	began := time.Now()
	if !lab.Eventually(time.Minute, func() bool { return c.shown() == want }) {
		c.Logs()
		c.t.Errorf("the printer is shown as %s, want %s", c.shown(), want)
	}
	c.t.Logf("shown %s after %s", want, time.Since(began).Round(time.Millisecond))
}

// restart ends what carries the hints, and starts it again. Jobs come meanwhile where the
// cloud takes them.
func (c *carrying) restart(what string, end func(*carrying)) {
	c.t.Helper()
	end(c)
	if c.outside == nil {
		c.StartCloud()
		c.printed(what, c.submits(what, 3))
		c.stands()
		return
	}
	jobs := c.submits(what, 3)
	c.outside.Start()
	c.printed(what, jobs)
	c.stands()
	c.printed("after "+what, c.submits("after "+what, 3))
}

func (c *carrying) stop() {
	if c.outside != nil {
		c.outside.Stop()
		return
	}
	c.StopCloud()
}

func (c *carrying) kill() {
	if c.outside != nil {
		c.outside.Kill()
		return
	}
	c.KillCloud()
}

// killPeer kills the node of a cluster that the cloud is a component of. The connector's
// own node stands, and knows no cloud meanwhile: jobs that come are heard of after.
func (c *carrying) killPeer() {
	c.t.Helper()
	c.outside.Peer.Kill()
	jobs := c.submits("without the cloud's node", 3)
	c.outside.Peer.Start()
	c.printed("without the cloud's node", jobs)
	c.stands()
	c.printed("with the cloud's node again", c.submits("with the cloud's node again", 3))
}

// freeze stops what carries the hints for three times as long as a ping waits.
func (c *carrying) freeze() {
	c.t.Helper()
	over := time.After(3 * pingTimeout())
	var jobs []string
	if c.outside == nil {
		c.SignalCloud(syscall.SIGSTOP)
	} else {
		c.outside.Freeze()
		jobs = c.submits("frozen", 3)
	}
	<-over
	if c.outside == nil {
		c.SignalCloud(syscall.SIGCONT)
	} else {
		c.outside.Thaw()
	}
	c.printed("frozen", jobs)
	c.stands()
	c.printed("after the frost", c.submits("thawed", 3))
}

// cut drops everything between the connector and what carries the hints, both ways and
// without a farewell.
func (c *carrying) cut() {
	c.t.Helper()
	c.line.Cut()
	over := time.After(3 * pingTimeout())
	jobs := c.submits("cut", 3)
	if c.push == "none" && !soak() { // a call may be held for most of a minute
		<-over
	} else if !lab.Eventually(3*time.Minute, func() bool { return c.over() != c.way }) {
		c.t.Errorf("the connector does not notice that nothing comes over %s", c.way)
	}
	c.line.Heal()
	c.printed("cut", jobs)
	c.stands()
	c.printed("after the cut", c.submits("healed", 3))
}

// revoke takes the connector's tokens: it hears of nothing more, and its session ends.
func (c *carrying) revoke() {
	c.t.Helper()
	token := refreshToken(c.t, filepath.Join(c.Dir, "connector"))
	resp, err := http.PostForm(c.Base+"/o/oauth2/revoke", url.Values{"token": {string(token)}})
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("revoke: %v, %+v", err, resp)
	}
	_ = resp.Body.Close()
	began := time.Now()
	late := submit(c.t, c.Site, c.printer, "late", document("late", 2<<10))
	if !lab.Eventually(time.Minute, func() bool { return c.over() == "" }) {
		c.Logs()
		c.t.Error("the session of the revoked connector goes on")
	}
	c.t.Logf("revoked: the session ended after %s", time.Since(began).Round(time.Millisecond))
	c.awaitShown("OFFLINE")
	if j, err := c.Job(late); err != nil || j.State() != "QUEUED" {
		c.t.Errorf("a job after the revocation is %+v, %v", j, err)
	}
}

// lines returns what a program logged that a pattern matches, without times.
func (c *carrying) lines(program, pattern string) []string {
	c.t.Helper()
	logs, err := filepath.Glob(filepath.Join(c.Dir, program+"-[0-9]*.log"))
	if err != nil {
		c.t.Fatal(err)
	}
	wanted := regexp.MustCompile(pattern)
	var list []string
	for _, l := range logs {
		text, err := os.ReadFile(l)
		if err != nil {
			c.t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if _, rest, _ := strings.Cut(strings.TrimSpace(line), " "); wanted.MatchString(rest) {
				list = append(list, rest)
			}
		}
	}
	return list
}

// TestEveryDriver has each driver carry the hints of the same site through the same day.
func TestEveryDriver(t *testing.T) {
	t.Parallel()
	bin := lab.Build(t)
	for _, d := range drivers() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c := d.carry(t, bin)
			c.printed("a hundred", c.submits("a hundred", 100))
			c.restart("a restart", (*carrying).stop)
			c.restart("a kill", (*carrying).kill)
			if c.outside != nil && c.outside.Peer != nil {
				c.killPeer()
			}
			c.freeze()
			c.cut()
			c.revoke()
			docs := received(t, c.cups)
			for name, doc := range c.sent {
				if n, broken := count(docs, doc); n != 1 || broken != 0 {
					t.Errorf("%s: printed %d times, in part %d times", name, n, broken)
				}
			}
			if len(docs) != len(c.sent) {
				t.Errorf("%d documents were printed, %d sent", len(docs), len(c.sent))
			}
			c.transitions()
		})
	}
}

// transitions checks that each change of a connection is one line in the log: the
// connector's, and the cloud's to the XMPP server.
func (c *carrying) transitions() {
	c.t.Helper()
	logs := map[string][]string{"platen": c.lines("platen", `component=notify`)}
	if c.outside != nil {
		logs["platen-cloud"] = c.lines("platen-cloud", `msg="the XMPP server takes`)
	}
	for program, lines := range logs {
		c.t.Logf("%s:\n%s", program, strings.Join(lines, "\n"))
		if len(lines) < 3 {
			c.t.Errorf("%s tells too little of its connection", program)
		}
		outage := map[string]bool{} // what was said since it stood
		for _, line := range lines {
			if countLines([]string{line}, "connected", "takes notifications") == 1 {
				clear(outage)
			}
			if outage[line] {
				c.t.Errorf("%s says twice: %s", program, line)
			}
			outage[line] = true
		}
		// Restart, kill, frost, cut, revocation and a killed peer each end what stood once,
		// and the ladder may stand on a lower way for a moment.
		if n := countLines(lines, "lost", "takes no notifications"); n > 10 {
			c.t.Errorf("%s lost its connection %d times", program, n)
		}
	}
}

// countLines returns how many lines have one of some words.
func countLines(lines []string, words ...string) int {
	n := 0
	for _, line := range lines {
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) {
			n++
		}
	}
	return n
}
