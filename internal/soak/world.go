package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
	"platen/internal/secret"
	"platen/internal/vprinter"
)

// world is one site with its printers, people and the lines between them.
type world struct {
	*lab.Program
	plan      plan
	site      *lab.Site
	cups      *lab.CUPSServer
	web, push *lab.Cable
	disks     []*smallDisk // the cloud's and the connector's; empty where none can be made
	people    []person
	printers  []gcp.PrinterID
	owner     *client.Client
	paper     *paper

	mu sync.Mutex // guards the programs' process ids while they are killed and started
}

// person is somebody who prints.
type person struct {
	name, key string
}

// backend keeps each document as one file: queue, job number and process.
const backend = `#!/bin/sh
[ $# -eq 0 ] && exit 0
dir=${DEVICE_URI#soak:}
case $dir in *\?slow) dir=${dir%\?slow}; sleep 0.5 ;; esac
exec cat ${6:+"$6"} >"$dir/$PRINTER-$1-$$"
`

const domain = "people.example"

func newWorld(t *lab.Program, p plan) *world {
	w := &world{Program: t, plan: p}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatalf("%v", err)
	}
	for _, name := range []string{"cloud", "connector"} {
		if d := newSmallDisk(t, dir, name); d != nil {
			w.disks = append(w.disks, d)
		}
	}
	direct := p.queues / 10
	w.startCUPS(p.queues - direct)
	w.web, w.push = lab.NewCable(t), lab.NewCable(t)
	w.site = lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{w.cups.Socket}, Dir: dir,
		CloudAddress: "http://" + w.web.Addr(), PushPort: w.push.Port(),
		CloudConfig:   "retention = \"2m\"",
		CloudLimits:   "expire_days = 14", // all limits as an installation has them
		ConnectConfig: "ping_interval = \"10s\"\nping_timeout = \"5s\"\nreconnect_max = \"5s\"",
	})
	w.web.Serve(strings.TrimPrefix(w.site.Base, "http://"))
	w.push.Serve(net.JoinHostPort("127.0.0.1", fmt.Sprint(w.site.Direct)))
	w.paper = &paper{folders: map[string]string{"": w.cups.Out}, prints: map[int]map[string]print{}}
	w.site.StartCloud()
	w.addPeople(p.people)
	w.site.Pair()
	w.site.StartConnector()
	w.addDirect(dir, direct)
	w.awaitPrinters(p.queues)
	return w
}

// startCUPS starts a cupsd with many queues. lpadmin would take half a minute.
func (w *world) startCUPS(queues int) {
	w.cups = lab.CUPS(w, lab.CUPSOptions{
		DebianPolicy: true,
		Directives:   "MaxJobs 5000\nPreserveJobHistory 600\nPreserveJobFiles No\nMaxClients 400",
	})
	w.cups.Stop()
	var conf strings.Builder
	for i := 1; i <= queues; i++ {
		uri := "soak:" + w.cups.Out
		if i%10 == 0 {
			uri += "?slow"
		}
		fmt.Fprintf(&conf, "<Printer queue%03d>\nPrinterId %d\nInfo queue %d\nDeviceURI %s\nState Idle\nAccepting Yes\nShared No\nOpPolicy default\nErrorPolicy abort-job\n</Printer>\n", i, i, i, uri)
	}
	for path, text := range map[string]string{"etc/printers.conf": conf.String(), "bin/backend/soak": backend} {
		if err := os.WriteFile(filepath.Join(w.cups.Dir, path), []byte(text), 0o755); err != nil {
			w.Fatalf("%v", err)
		}
	}
	w.cups.Start()
}

func (w *world) addPeople(n int) {
	admin := w.site.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	w.owner = w.client(admin)
	for i := range n {
		name := fmt.Sprintf("person%02d@%s", i+1, domain)
		w.site.Cloud("user", "add", name, "--password-stdin")
		w.people = append(w.people, person{name, w.site.Cloud("key", "create", "--user", name, "--scope", "print")})
	}
}

// callTime bounds one call of ours.
const callTime = time.Minute

func (w *world) client(key string) *client.Client {
	c, err := client.New(client.Config{BaseURL: w.site.Base + "/cloudprint", ClientID: "soak", AccessToken: secret.New(key)})
	if err != nil {
		w.Fatalf("%v", err)
	}
	return c
}

// addDirect starts printers that need no CUPS, and adds them.
func (w *world) addDirect(dir string, n int) {
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	w.Cleanup(func() {
		cancel()
		serving.Wait()
	})
	for i := 1; i <= n; i++ {
		name := fmt.Sprintf("direct%03d", i)
		folder := filepath.Join(dir, name)
		p, err := vprinter.New(vprinter.Options{Name: name, Dir: folder, Delay: 100 * time.Millisecond})
		if err != nil {
			w.Fatalf("%v", err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			w.Fatalf("%v", err)
		}
		serving.Go(func() { _ = p.Serve(ctx, l) }) // until the end
		w.paper.folders[name] = folder
		w.site.Platen("printer", "add", vprinter.URI(l.Addr()), "--name", name)
	}
}

// awaitPrinters waits until all printers are online, and shares them with the
// people's domain.
func (w *world) awaitPrinters(n int) {
	begin := time.Now()
	lab.Until(w, 5*time.Minute, fmt.Sprintf("%d printers are online", n), func() bool {
		a, err := w.site.Call("search", url.Values{"connection_status": {"ONLINE"}})
		return err == nil && len(a.Printers) >= n
	})
	a, err := w.site.Call("search", url.Values{})
	if err != nil {
		w.Fatalf("%v", err)
	}
	w.Logf("%d printers are online after %v", len(a.Printers), time.Since(begin).Round(time.Second))
	for _, p := range a.Printers {
		ctx, cancel := context.WithTimeout(context.Background(), callTime)
		err := w.owner.Share(ctx, client.ShareRequest{Printer: gcp.PrinterID(p.ID), Scope: "/hd/domain/" + domain, SkipNotification: true})
		cancel()
		if err != nil {
			w.Fatalf("share: %v", err)
		}
		w.printers = append(w.printers, gcp.PrinterID(p.ID))
	}
}

// settle waits until nobody sends any more and every job has ended, and returns
// how long that took.
func (w *world) settle(l *load) time.Duration {
	begin := time.Now()
	w.Logf("all faults are over, waiting for %d submissions and the jobs under way", l.open.Load())
	if !lab.Eventually(w.plan.settle/2, func() bool { return l.open.Load() == 0 }) {
		w.Logf("%d submissions never succeeded", l.open.Load())
	}
	l.giveUp()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := begin.Add(w.plan.settle); ; <-tick.C {
		n, err := w.unfinished()
		if err == nil && n == 0 {
			break
		}
		if time.Now().After(end) {
			w.Logf("%d jobs have no end after %v (%v)", n, w.plan.settle, err)
			break
		}
	}
	took := time.Since(begin)
	w.paper.rest()
	return took
}

func (w *world) unfinished() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	_, r, err := w.owner.ListJobs(ctx, client.JobQuery{Status: []gcp.JobStatus{gcp.StatusQueued, gcp.StatusInProgress}, Limit: 1})
	return int(r.JobsTotal), err
}
