package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// print is one document that came out of a printer, by the number that the
// printer gave the job. CUPS may print the same job again by itself.
type print struct {
	at    time.Time
	times int
}

// paper counts what came out.
type paper struct {
	folders map[string]string // by printer; "" for all of CUPS

	mu     sync.Mutex               // guards what follows
	prints map[int]map[string]print // by document and local job
	broken []string                 // files that are no whole document
}

// watch reads what came out until stop.
func (p *paper) watch(stop <-chan struct{}) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		p.read()
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// rest reads the last ones; what is no whole document now never will be.
func (p *paper) rest() {
	time.Sleep(2 * time.Second) // a backend may still be writing
	p.read()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, folder := range p.folders {
		entries, _ := os.ReadDir(folder) // read before
		for _, e := range entries {
			if finished(e.Name()) {
				p.broken = append(p.broken, e.Name())
			}
		}
	}
}

// finished leaves out what virtual printers have not printed yet.
func finished(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".part")
}

func (p *paper) read() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for printer, folder := range p.folders {
		entries, _ := os.ReadDir(folder) // the next look may see more
		for _, e := range entries {
			if finished(e.Name()) {
				p.take(printer, filepath.Join(folder, e.Name()), e)
			}
		}
	}
}

// take counts a file and deletes it, if it is whole.
func (p *paper) take(printer, path string, e fs.DirEntry) {
	info, err := e.Info()
	if err != nil {
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	n, ok := whole(b)
	if !ok {
		return
	}
	local := printer + " " + e.Name()
	if printer == "" { // queue, job and process
		local = e.Name()[:strings.LastIndexByte(e.Name(), '-')]
	}
	if p.prints[n] == nil {
		p.prints[n] = map[string]print{}
	}
	one := p.prints[n][local]
	if one.at.IsZero() {
		one.at = info.ModTime()
	}
	one.times++
	p.prints[n][local] = one
	_ = os.Remove(path) // counted twice otherwise, which would be seen
}

// whole returns the number of a document that is whole.
func whole(b []byte) (n int, ok bool) {
	var seed uint64
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	if string(head) != "%PDF-1.4" {
		return 0, false
	}
	if _, err := fmt.Sscanf(string(line), "%%SOAK %d %d", &seed, &n); err != nil {
		return 0, false
	}
	return n, bytes.HasSuffix(b, fmt.Appendf(nil, "%%END %d %d\n", seed, n))
}
