package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// peersVerb makes this program the other side: many connectors in one process.
const peersVerb = "peers"

// peerJitter is how long a connector waits at most before it comes (back).
const peerJitter = 5 * time.Second

// crowd is all connectors of this process.
type crowd struct {
	mode, base string
	port       string
	size       int64
	want       int64 // hints that all of them are to hear; 0 to count none
	up, heard  atomic.Int64
}

// one is a connector that shares no code with the service or with our own.
type one struct {
	*crowd
	n                             int
	robot, token, refresh, extras string
}

// runPeers is the process of peers. It ends with its input.
func runPeers(args []string) error {
	data, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	lines := strings.Split(string(data), "\n")
	c := &crowd{mode: args[0], port: args[1], base: args[2], size: int64(len(lines))}
	for i, l := range lines {
		f := strings.Fields(l)
		p := one{crowd: c, n: i, robot: f[0], token: f[1], refresh: f[2], extras: f[3]}
		if c.base == "" {
			var each int64
			if _, err := fmt.Sscan(p.extras, &each); err != nil {
				return err
			}
			c.want += each
		}
		go p.live()
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func tell(what string) { fmt.Println(what, time.Now().UnixMicro()) }

// live comes, and comes back.
func (p one) live() {
	for {
		time.Sleep(rand.N(peerJitter)) //nolint:gosec // nobody gains by guessing it
		conn, err := p.come()
		if err != nil {
			continue
		}
		if p.up.Add(1) == p.size {
			tell("all")
		}
		p.listen(conn)
		_ = conn.Close() // it has ended
		if p.up.Add(-1) == 0 {
			tell("none")
		}
	}
}

// listen reads until the stream ends, and counts hints.
func (p one) listen(conn net.Conn) {
	buf := make([]byte, 2048)
	rest := []byte{}
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if p.want == 0 {
			continue
		}
		rest = append(rest, buf[:n]...)
		if hints := int64(bytes.Count(rest, []byte("</message>"))); hints > 0 {
			rest = rest[bytes.LastIndex(rest, []byte("</message>"))+len("</message>"):]
			if heard := p.heard.Add(hints); heard >= p.want && heard-hints < p.want {
				tell("heard")
			}
		}
	}
}

// come logs in; a whole connector refreshes its token before, and catches up after.
func (p one) come() (net.Conn, error) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	if p.mode == "connectors" {
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
	}
	conn, err := p.login()
	if err == nil && p.mode == "connectors" {
		printer, proxy, _ := strings.Cut(p.extras, "@")
		if _, err = p.post(client, "/cloudprint/list", url.Values{"proxy": {proxy}}); err == nil {
			_, err = p.post(client, "/cloudprint/fetch", url.Values{"printerid": {printer}})
		}
	}
	return conn, err
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

// login opens a stream as the connectors of 2016 do (X-OAUTH2), from one of many
// addresses of this machine: the service takes 512 streams from one.
func (p one) login() (net.Conn, error) {
	d := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: 20 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+p.n/400))}},
		Config:    &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it is this machine's
	}
	conn, err := d.DialContext(context.Background(), "tcp", "127.0.0.1:"+p.port)
	if err != nil {
		return nil, err
	}
	if err := p.talk(conn); err != nil {
		_ = conn.Close() // it is of no use
		return nil, err
	}
	return conn, conn.SetDeadline(time.Time{})
}

func (p one) talk(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	const open = `<stream:stream to="gmail.com" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" version="1.0">`
	auth := base64.StdEncoding.EncodeToString([]byte("\x00" + p.robot + "\x00" + p.token))
	r := bufio.NewReaderSize(conn, 512)
	for _, step := range [][2]string{
		{open, "</stream:features>"},
		{`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X-OAUTH2">` + auth + `</auth>`, "<success"},
		{open, "</stream:features>"},
		{`<iq type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind></iq>`, "</iq>"},
		{`<iq type="set" id="1" to="` + p.robot + `@cloudprint.googleusercontent.com"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`, `id="1"`},
	} {
		if _, err := io.WriteString(conn, step[0]); err != nil {
			return err
		}
		if err := until(r, step[1]); err != nil {
			return err
		}
	}
	return nil
}

// until reads until a text has come.
func until(r *bufio.Reader, text string) error {
	var have []byte
	for !bytes.Contains(have, []byte(text)) {
		c, err := r.ReadByte()
		if err != nil {
			return fmt.Errorf("waiting for %s: %w; have %.300s", text, err, have)
		}
		if have = append(have, c); len(have) > 8192 || bytes.Contains(have, []byte("<failure")) {
			return fmt.Errorf("waiting for %s: have %.300s", text, have)
		}
	}
	return nil
}
