package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/lab"
)

// measurePush is the table of notifications: how soon a connector hears of a job by each
// driver, how many hints get through, and how soon all are back after a restart.
func measurePush(b *bench) {
	b.Part(func() {
		cups := lab.CUPS(b, lab.CUPSOptions{})
		cups.AddNull("null01")
		for _, d := range drivers() {
			b.Part(func() { measureHeard(b, d, cups.Socket) })
		}
	})
	for _, d := range drivers() {
		b.Part(func() { measureRate(b, d) })
	}
	b.Part(func() { measureReturn(b, "streams", b.scale(10_000), "sessions with valid tokens") })
	b.Part(func() { measureReturn(b, "connectors", b.scale(1_000), "connectors (token, login, printers, fetch)") })
}

// heardJobs is how many jobs are sent over each driver.
const heardJobs = 300

// measureHeard sends one job at a time and reads from its trace when the connector read
// the hint.
func measureHeard(b *bench, d driver, cups string) {
	s := b.carry(d, cups)
	b.start(s)
	printer, c, doc := s.Printer("null01"), b.client(s.Site), document()
	n := b.scale(heardJobs)
	for range n {
		s.Await(string(b.submit(c, printer, doc)), time.Minute, lab.Job.Ended)
	}
	var took []time.Duration
	for _, j := range b.drained(c, time.Minute) {
		if j.Trace[gcp.HopPushed] > 0 { // the connector's start may find the first one without a push
			took = append(took, b.between(j, gcp.HopReceived, gcp.HopPushed))
		}
	}
	if len(took) < n-n/10 {
		b.Fatalf("%s: only %d of %d jobs were notified", d.name, len(took), n)
	}
	slices.Sort(took)
	b.add(d.name+": submit to notified, p50", ms(percentile(took, 0.5)), "beside", "")
	b.add(d.name+": submit to notified, p99", ms(percentile(took, 0.99)), "beside", "")
}

// How long everybody is left alone before memory is looked at. The cloud gives back what it
// does not need in the second quarter of a minute in which nothing happens.
const (
	settle    = 3 * time.Second
	untilIdle = 35 * time.Second
)

// measureAllStreams is what connectors cost the cloud that it serves itself.
func measureAllStreams(b *bench) {
	for _, d := range drivers() {
		if d.server == nil {
			b.Part(func() { measureStreams(b, d) })
		}
	}
}

// measureStreams is what a connector costs the cloud that says nothing.
func measureStreams(b *bench, d driver) {
	n := b.scale(manyStreams)
	s := b.carry(d)
	who := b.seed(s.Site, n)
	s.StartCloud()
	time.Sleep(untilIdle) // what the start leaves to do
	before := b.kib(s.CloudPID())
	b.peers(d.peers, b.port(s), s.Base, who, 0).await("all")
	time.Sleep(untilIdle) // and what logging in does
	target, goal := "beside", ""
	if d.way == "xmpp" {
		target, goal = "<= 30 KiB", "26 KiB"
	}
	b.addEach(d.name+": memory of an idle connector", b.kib(s.CloudPID())-before, n, target, goal)
}

// addEach is a row of what each of many connectors takes.
func (b *bench) addEach(what string, kib int64, n int, target, goal string) {
	b.add(fmt.Sprintf("%s, of %d", what, n), fmt.Sprintf("%.1f KiB", float64(kib)/float64(n)), target, goal)
}

// measureReturn starts the service anew under many connectors.
func measureReturn(b *bench, mode string, n int, what string) {
	s := b.carry(embedded())
	who := b.seed(s.Site, n)
	s.StartCloud()
	p := b.peers(mode, s.Direct, s.Base, who, 0)
	p.await("all")
	s.StopCloud()
	p.await("none")
	began := time.Now()
	s.StartCloud()
	all := p.await("all")
	b.add(fmt.Sprintf("embedded: %d %s back after a restart", n, what), fmt.Sprintf("%.1f s", all.Sub(began).Seconds()), "<= 20 s", "")
}

// seed gives the cloud robots with tokens that are good and a printer each, and returns
// a line of words for each one.
func (b *bench) seed(s *lab.Site, n int) []string {
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
	return lines
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
	return strings.Join([]string{string(id), access, refresh, string(printerID(i)), string(proxy)}, " "), err
}
