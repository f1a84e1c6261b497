package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/push"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/lab"
)

// measurePush is the table of notifications: how soon a connector hears of a job, and how
// many connectors one service holds.
func measurePush(b *bench) {
	b.Part(func() { measureHeard(b) })
	b.Part(func() { measureStreams(b) })
	b.Part(func() { measureReturn(b, "streams", b.scale(10_000), "sessions with valid tokens") })
	b.Part(func() { measureReturn(b, "connectors", b.scale(1_000), "connectors (token, login, printers, fetch)") })
	b.Part(func() { measurePublish(b) })
}

// measureHeard sends one job at a time and reads from its trace when the connector read
// the hint.
func measureHeard(b *bench) {
	s, _ := b.site(names(1))
	printer, c, doc := s.Printer("null01"), b.client(s), document()
	for range b.scale(300) {
		s.Await(string(b.submit(c, printer, doc)), time.Minute, lab.Job.Ended)
	}
	var took []time.Duration
	for _, j := range b.drained(c, time.Minute) {
		if j.Trace[gcp.HopPushed] > 0 { // the connector's start finds the first one without a push
			took = append(took, b.between(j, gcp.HopReceived, gcp.HopPushed))
		}
	}
	slices.Sort(took)
	b.add("embedded: submit to hint read, p50", ms(percentile(took, 0.5)), "beside", "")
	b.add("embedded: submit to hint read, p99", ms(percentile(took, 0.99)), "beside", "")
}

// measureStreams is what a stream costs that says nothing.
func measureStreams(b *bench) {
	n := b.scale(2000)
	s := lab.NewSite(b, lab.SiteOptions{Bin: b.bin})
	who := b.seed(s, n)
	s.StartCloud()
	time.Sleep(3 * time.Second) // what the start leaves to do
	before := b.kib(s.CloudPID())
	p := b.peers("streams", s.Direct, s.Base, who)
	p.await("all")
	time.Sleep(3 * time.Second) // and what logging in does
	each := float64(b.kib(s.CloudPID())-before) / float64(n)
	b.add(fmt.Sprintf("embedded: memory of an idle stream, of %d", n), fmt.Sprintf("%.1f KiB", each), "<= 30 KiB", "26 KiB")
}

// measureReturn starts the service anew under many connectors.
func measureReturn(b *bench, mode string, n int, what string) {
	s := lab.NewSite(b, lab.SiteOptions{Bin: b.bin})
	who := b.seed(s, n)
	s.StartCloud()
	p := b.peers(mode, s.Direct, s.Base, who)
	p.await("all")
	s.StopCloud()
	p.await("none")
	began := time.Now()
	s.StartCloud()
	all := p.await("all")
	b.add(fmt.Sprintf("embedded: %d %s back after a restart", n, what), fmt.Sprintf("%.1f s", all.Sub(began).Seconds()), "<= 20 s", "")
}

// measurePublish hands many hints at once to streams of their own.
func measurePublish(b *bench) {
	n, each := b.scale(2000), 50
	config, _ := lab.Certificate(b)
	srv, err := push.New(push.Config{TLS: config, Authenticate: func(_ context.Context, token string) (gcp.RobotID, error) {
		return gcp.RobotID(token), nil
	}})
	if err != nil {
		b.Fatalf("%v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatalf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = srv.Serve(ctx, l, push.Direct) }()
	b.Cleanup(func() {
		cancel()
		end, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		_ = srv.Shutdown(end) // whatever is left ends with us
	})
	lines := make([]string, n)
	for i := range lines {
		id := idOf("robot", i)
		lines[i] = strings.Join([]string{id, id, "-", strconv.Itoa(each)}, " ")
	}
	_, text, err := net.SplitHostPort(l.Addr().String())
	port, wrong := strconv.Atoi(text)
	if err != nil || wrong != nil {
		b.Fatalf("%v %v", err, wrong)
	}
	p := b.peers("streams", port, "", b.list(lines))
	p.await("all")
	began := time.Now()
	for h := range each {
		for i := range n {
			srv.Notify(ctx, robotID(i), gcp.Notification{Printer: printerID(h)})
		}
	}
	took := p.await("heard").Sub(began)
	b.add(fmt.Sprintf("embedded: %d hints to %d streams", n*each, n), fmt.Sprintf("%.0f hints a second", float64(n*each)/took.Seconds()), "beside", "")
}

// seed gives the cloud robots with tokens that are good and a printer each, and returns
// the file that says which.
func (b *bench) seed(s *lab.Site, n int) string {
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(s.Dir, "cloud", "cloud.db"))
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer func() { _ = db.Close() }() // all is committed
	owner, err := db.UserByEmail(ctx, lab.Owner)
	if err != nil {
		b.Fatalf("%v", err)
	}
	lines := make([]string, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(256) // the store commits what waits together
	for i := range n {
		g.Go(func() (err error) {
			lines[i], err = seedOne(ctx, db, owner.ID, i)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatalf("%v", err)
	}
	return b.list(lines)
}

func seedOne(ctx context.Context, db *store.DB, owner cloud.UserID, i int) (string, error) {
	now := time.Now()
	id, access, refresh := robotID(i), "ya29."+idOf("access", i), "1/"+idOf("refresh", i)
	proxy := gcp.ProxyID(fmt.Sprintf("machine%05d", i))
	if err := db.AddRobot(ctx, cloud.Robot{ID: id, Owner: owner, Proxy: proxy, ClientID: "platen", CreateTime: now}); err != nil {
		return "", err
	}
	grant := oauth.GrantID(idOf("grant", i))
	err := db.AddTokens(ctx,
		oauth.Token{Hash: oauth.HashOf(access), Kind: oauth.KindAccess, Grant: grant, Robot: id, Client: "platen", CreateTime: now, ExpireTime: now.Add(time.Hour)},
		oauth.Token{Hash: oauth.HashOf(refresh), Kind: oauth.KindRefresh, Grant: grant, Robot: id, Client: "platen", CreateTime: now})
	if err != nil {
		return "", err
	}
	name := "queue" + strconv.Itoa(i)
	_, err = db.SavePrinter(ctx, cloud.PrinterKey{Owner: owner, Proxy: proxy, Name: name}, func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) {
		return cloud.Printer{ID: printerID(i), Owner: owner, Robot: id, Proxy: proxy, Name: name, GCPVersion: "2.0", CreateTime: now, UpdateTime: now, AccessTime: now}, nil, nil
	})
	return strings.Join([]string{string(id), access, refresh, string(printerID(i)) + "@" + string(proxy)}, " "), err
}

// list writes who the peers are.
func (b *bench) list(lines []string) string {
	path := filepath.Join(b.TempDir(), "peers")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		b.Fatalf("%v", err)
	}
	return path
}

// peerProcess is a process of connectors.
type peerProcess struct {
	b     *bench
	lines *bufio.Scanner
}

// peers starts connectors in a process of their own, so that the service's figures are
// its own, and its descriptors too.
func (b *bench) peers(mode string, port int, base, who string) *peerProcess {
	self, err := os.Executable()
	if err != nil {
		b.Fatalf("%v", err)
	}
	cmd := exec.Command(self, peersVerb, mode, strconv.Itoa(port), base, who)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatalf("%v", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatalf("%v", err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatalf("%v", err)
	}
	b.Cleanup(func() {
		_ = in.Close() // it ends by that
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	return &peerProcess{b, bufio.NewScanner(out)}
}

// await returns when something happened to the peers: all were up, none was, or all had
// heard everything.
func (p *peerProcess) await(what string) time.Time {
	for p.lines.Scan() {
		word, at, _ := strings.Cut(p.lines.Text(), " ")
		micros, err := strconv.ParseInt(at, 10, 64)
		if err == nil && word == what {
			return time.UnixMicro(micros)
		}
	}
	p.b.Fatalf("the peers ended before %q", what)
	return time.Time{}
}
