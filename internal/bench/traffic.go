package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"platen/internal/lab"
)

// What each segment has besides its data: the headers of IPv4 (RFC 791, 3.1) and TCP
// (RFC 9293, 3.1) with timestamps (RFC 7323, 3.2).
const segmentHeaders = 20 + 20 + 12

// measureTraffic lets connectors with their own settings sit there, one for each driver,
// and counts what each and the service say to each other, as the kernel counts it on the
// connector's sockets, and what both write into their logs.
func measureTraffic(b *bench) {
	cups := lab.CUPS(b, lab.CUPSOptions{})
	cups.AddNull("null01")
	all := make([]*carrying, 0, len(drivers()))
	for _, d := range drivers() {
		c := b.carry(d, cups.Socket)
		b.start(c)
		c.Printer("null01")
		all = append(all, c)
	}
	settled, watch := 100*time.Second, 5*time.Minute // connections for calls are closed after 90 s
	if b.quick {
		settled, watch = 95*time.Second, 2*time.Minute
	}
	time.Sleep(settled)
	before := b.heldTraffic(all)
	time.Sleep(watch)
	after := b.heldTraffic(all)
	lines := int64(0)
	for i, c := range all {
		if before[i].local != after[i].local {
			b.Fatalf("%s: the connection changed from %s to %s", c.name, before[i].local, after[i].local)
		}
		lines += after[i].lines - before[i].lines
		goal := ""
		if c.acknowledges() {
			goal = "350"
		}
		b.add(fmt.Sprintf("%s: idle traffic of one connector, both ways, at IP level, over %v", c.name, watch),
			fmt.Sprintf("%.0f bytes a minute", float64(after[i].bytes-before[i].bytes)/after[i].at.Sub(before[i].at).Minutes()), "<= 700", goal)
	}
	b.add(fmt.Sprintf("lines logged by %d idle connectors and clouds in %v", len(all), watch), strconv.FormatInt(lines, 10), "0", "0")
}

// held is what there is of one connector that holds a connection.
type held struct {
	local string    // its address there
	bytes int64     // that went over it
	lines int64     // that it and its cloud logged
	at    time.Time // when that was
}

func (b *bench) heldTraffic(all []*carrying) []held {
	list := make([]held, 0, len(all))
	for _, c := range all {
		h := b.traffic(c)
		h.lines = b.logged(c)
		list = append(list, h)
	}
	return list
}

// logged counts the lines of a site's logs.
func (b *bench) logged(c *carrying) int64 {
	logs, err := filepath.Glob(filepath.Join(c.Dir, "*.log"))
	if err != nil || len(logs) != 2 {
		b.Fatalf("logs %v, %v", logs, err)
	}
	n := int64(0)
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatalf("%v", err)
		}
		n += int64(bytes.Count(text, []byte("\n")))
	}
	return n
}

var tcpInfo = regexp.MustCompile(`\b(bytes_sent|bytes_received|segs_out|segs_in):(\d+)`)

// traffic is what went over the connection that a process has to a port. There must be one.
func (b *bench) traffic(c *carrying) held {
	out, err := exec.Command("ss", "-tinpHO", "state", "established", "dst", "127.0.0.1", "dport", "=", fmt.Sprintf(":%d", b.port(c))).Output()
	if err != nil {
		b.Fatalf("%v", err)
	}
	var mine []string
	for l := range strings.Lines(string(out)) {
		if strings.Contains(l, fmt.Sprintf("pid=%d,", c.ConnectorPID())) {
			mine = append(mine, l)
		}
	}
	if len(mine) != 1 {
		b.Fatalf("%s: not one connection:\n%s", c.name, out)
	}
	words := strings.Fields(mine[0]) // Recv-Q Send-Q Local Peer, and what the kernel knows of it
	if len(words) < 4 {
		b.Fatalf("%s", mine[0])
	}
	h := held{local: words[2], at: time.Now()}
	found := tcpInfo.FindAllStringSubmatch(mine[0], -1)
	if len(found) != 4 {
		b.Fatalf("not four counts in %s", mine[0])
	}
	for _, m := range found {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			b.Fatalf("%v in %s", err, mine[0])
		}
		if strings.HasPrefix(m[1], "segs") {
			n *= segmentHeaders
		}
		h.bytes += n
	}
	return h
}
