package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// peersVerb makes this program the other side: many connectors in one process.
const peersVerb = "peers"

// peerProcess is a process of connectors.
type peerProcess struct {
	b     *bench
	in    io.Closer
	lines *bufio.Scanner
}

// peers starts connectors in a process of their own, so that the service's figures are
// its own, and its descriptors too. Each counts so many hints a round; 0 counts none.
func (b *bench) peers(mode string, port int, base string, who []string, hints int) *peerProcess {
	self, err := os.Executable()
	if err != nil {
		b.Fatalf("%v", err)
	}
	list := filepath.Join(b.TempDir(), "peers")
	if err := os.WriteFile(list, []byte(strings.Join(who, "\n")), 0o600); err != nil {
		b.Fatalf("%v", err)
	}
	cmd := exec.Command(self, peersVerb, mode, strconv.Itoa(port), base, list, strconv.Itoa(hints))
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
	return &peerProcess{b, in, bufio.NewScanner(out)}
}

// peersTime is how long anything may take that is waited for.
const peersTime = 3 * time.Minute

// await returns when something happened to the peers: all were up, none was, or all had
// heard everything of a round.
func (p *peerProcess) await(what string) time.Time {
	late := time.AfterFunc(peersTime, func() { _ = p.in.Close() }) // they end, and say how they were
	defer late.Stop()
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
