package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"platen/cloud"
	"platen/cloud/server"
	"platen/gcp"
	"platen/internal/config"
	"platen/internal/lab"
)

// How hints are sent to many: manyStreams * burst of them at once, which is what may wait to
// be sent to an XMPP server (16384), and that again when all have been heard.
const (
	manyStreams = 2000
	burst       = 8
	bursts      = 2
)

// measureRate hands hints to a cloud and counts them at its connectors. Where an XMPP
// server stands between, it is also looked at what it needs for each.
func measureRate(b *bench, d driver) {
	n := b.scale(manyStreams)
	c := b.carry(d)
	all := b.seed(c.Site, n+n/10)
	first, who := all[n:], all[:n]
	notifier := b.here(c.Site)
	var before int64
	if c.outside != nil { // what it needs once it needs for the first ones
		b.peers(d.peers, b.port(c), c.Base, first, 0).await("all")
		time.Sleep(settle)
		before = b.kib(c.outside.PID())
	}
	began := time.Now()
	p := b.peers(d.peers, b.port(c), c.Base, who, burst)
	b.Logf("  %s: %d connectors are there after %.1f s", d.name, n, p.await("all").Sub(began).Seconds())
	if c.outside != nil {
		time.Sleep(settle)
		b.addEach(d.name+": memory of an idle connector", b.kib(c.outside.PID())-before, n, "beside", "")
	}
	began = time.Now()
	for range bursts {
		for h := range burst {
			for i := range n {
				notifier.Notify(context.Background(), robotID(i), gcp.Notification{Printer: printerID(h)})
			}
		}
		p.await("heard")
	}
	rate := float64(bursts*burst*n) / time.Since(began).Seconds()
	b.add(fmt.Sprintf("%s: %d hints to %d connectors", d.name, bursts*burst*n, n), fmt.Sprintf("%.0f hints a second", rate), "beside", "")
}

// here runs a site's cloud in this process, and returns what it tells connectors by.
func (b *bench) here(s *lab.Site) cloud.Notifier {
	cfg := server.Default()
	if err := config.Load(config.File{Path: filepath.Join(s.Dir, "cloud.toml")}, "PLATEN_CLOUD", &cfg); err != nil {
		b.Fatalf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	srv, err := server.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		cancel()
		b.Fatalf("%v", err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- srv.Run(ctx, func(context.Context) error {
			close(ready)
			return nil
		})
	}()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Logf("the cloud ended: %v", err)
		}
		_ = srv.Close() // its folder goes, too
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		b.Fatalf("the cloud did not start: %v", err)
	}
	return srv.Notifier()
}
