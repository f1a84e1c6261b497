package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What each segment has besides its data: the headers of IPv4 (RFC 791, 3.1) and TCP
// (RFC 9293, 3.1) with timestamps (RFC 7323, 3.2).
const segmentHeaders = 20 + 20 + 12

// measureTraffic lets one connector with its own settings sit there, and counts what it
// and the service say to each other, as the kernel counts it on the connector's sockets.
func measureTraffic(b *bench) {
	s, _ := b.site(names(1))
	s.Printer("null01")
	settle, watch := 100*time.Second, 5*time.Minute // connections for calls are closed after 90 s
	if b.quick {
		settle, watch = 20*time.Second, 65*time.Second
	}
	time.Sleep(settle)
	before := b.traffic(s.Direct)
	time.Sleep(watch)
	after := b.traffic(s.Direct)
	b.add(fmt.Sprintf("idle traffic of one connector, both ways, at IP level, over %v", watch),
		fmt.Sprintf("%.0f bytes a minute", float64(after-before)/watch.Minutes()), "<= 700", "350")
}

var tcpInfo = regexp.MustCompile(`\b(bytes_sent|bytes_received|segs_out|segs_in):(\d+)`)

// traffic is what went over the established connections to a port, in bytes.
func (b *bench) traffic(port int) int64 {
	out, err := exec.Command("ss", "-tinH", "state", "established", fmt.Sprintf("dport = :%d", port)).Output()
	if err != nil || strings.Count(string(out), "bytes_received") != 1 {
		b.Fatalf("not one stream to port %d: %v\n%s", port, err, out)
	}
	var sum int64
	for _, m := range tcpInfo.FindAllStringSubmatch(string(out), -1) {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			b.Fatalf("%v in %s", err, out)
		}
		if strings.HasPrefix(m[1], "segs") {
			n *= segmentHeaders
		}
		sum += n
	}
	return sum
}
