package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// peerMode is what connectors speak, and how they come.
type peerMode struct {
	login  func(one) (hearer, error)
	whole  bool          // the token is refreshed before, and printers are looked for after
	jitter time.Duration // how long each waits at most before it comes (back)
	turns  int           // logins at the same time; 0 for any number
}

// peerModes are those of the cloud itself, which is to stand a rush, and those of an XMPP
// server, which is not what is measured there.
func peerModes() map[string]peerMode {
	rush := func(login func(one) (hearer, error)) peerMode { return peerMode{login: login, jitter: 5 * time.Second} }
	queue := func(login func(one) (hearer, error)) peerMode {
		return peerMode{login: login, jitter: 100 * time.Millisecond, turns: 32}
	}
	whole := rush(one.classic)
	whole.whole = true
	return map[string]peerMode{
		"streams":    rush(one.classic),
		"connectors": whole,
		"websocket":  rush(one.websocket),
		"calls":      rush(one.calls),
		"subscribe":  queue(one.subscribed),
		"presence":   queue(one.present),
		"node":       queue(one.atNode),
	}
}

// hearer is how one connector hears.
type hearer interface {
	// hear calls heard with numbers of hints until it ends, and returns why it did.
	hear(heard func(hints int64)) error
	Close() error
}

// crowd is all connectors of this process.
type crowd struct {
	peerMode
	port, base string
	size, want int64         // want is how many hints all of them are to hear in a round; 0 to count none
	turn       chan struct{} // has one for each login under way; nil for no limit

	up, total atomic.Int64

	mu   sync.Mutex
	last string // trouble of a login, or of what one listened to
}

// one is a connector that shares no code with the service or with our own.
type one struct {
	*crowd
	n                                     int
	robot, token, refresh, printer, proxy string
}

// runPeers is the process of peers. It ends with its input, and says what is wrong if
// some are not there then.
func runPeers(args []string) error {
	mode, known := peerModes()[args[0]]
	data, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	hints, err := strconv.ParseInt(args[4], 10, 64)
	if err != nil || !known {
		return fmt.Errorf("wrong arguments %q", args)
	}
	lines := strings.Split(string(data), "\n")
	c := &crowd{peerMode: mode, port: args[1], base: args[2], size: int64(len(lines)), want: hints * int64(len(lines))}
	if mode.turns > 0 {
		c.turn = make(chan struct{}, mode.turns)
	}
	for i, l := range lines {
		f := strings.Fields(l)
		go one{crowd: c, n: i, robot: f[0], token: f[1], refresh: f[2], printer: f[3], proxy: f[4]}.live()
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	up, total := c.up.Load(), c.total.Load()
	if up == c.size && (c.want == 0 || total%c.want == 0) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Errorf("%d of %d connectors are there, and heard %d of %d hints a round; the last trouble was %q", up, c.size, total, c.want, c.last)
}

func tell(what string) { fmt.Println(what, time.Now().UnixMicro()) }

// live comes, and comes back.
func (p one) live() {
	for {
		time.Sleep(rand.N(p.jitter)) //nolint:gosec // nobody gains by guessing it
		l, err := p.come()
		if err != nil {
			p.note(err)
			continue
		}
		if p.up.Add(1) == p.size {
			tell("all")
		}
		p.note(l.hear(p.heard))
		_ = l.Close() // it has ended
		if p.up.Add(-1) == 0 {
			tell("none")
		}
	}
}

func (p one) note(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = fmt.Sprint(err)
}

// heard counts hints, and tells of the end of each round.
func (p one) heard(hints int64) {
	if p.want == 0 {
		return
	}
	if total := p.total.Add(hints); total/p.want > (total-hints)/p.want {
		tell("heard")
	}
}

// come logs in; a whole connector refreshes its token before, and catches up after.
func (p one) come() (hearer, error) {
	if p.turn != nil {
		p.turn <- struct{}{}
		defer func() { <-p.turn }()
	}
	if !p.whole {
		return p.login(p)
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {p.refresh}, "client_id": {"platen"}}
	body, err := p.post(client, "/o/oauth2/token", form)
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(body, `"access_token":"`)
	if !found {
		return nil, fmt.Errorf("no token in %.200s", body)
	}
	p.token, _, _ = strings.Cut(rest, `"`)
	l, err := p.login(p)
	if err != nil {
		return nil, err
	}
	if _, err = p.post(client, "/cloudprint/list", url.Values{"proxy": {p.proxy}}); err == nil {
		_, err = p.post(client, "/cloudprint/fetch", url.Values{"printerid": {p.printer}})
	}
	if err != nil {
		_ = l.Close() // it comes again
		return nil, err
	}
	return l, nil
}

func (p one) post(client *http.Client, path string, form url.Values) (string, error) {
	req, err := http.NewRequest(http.MethodPost, p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if path != "/o/oauth2/token" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode >= http.StatusInternalServerError {
		err = fmt.Errorf("%s: HTTP %d", path, resp.StatusCode)
	}
	return string(body), err
}

// dialer comes from one of many addresses of this machine: the service takes 512
// connections from one.
func (p one) dialer() *net.Dialer {
	return &net.Dialer{Timeout: 20 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+p.n/400))}}
}
