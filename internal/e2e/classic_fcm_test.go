package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// fcmChannel is the long answer of the page's C.6.
type fcmChannel struct {
	conn net.Conn
	resp *http.Response
	body *bufio.Reader
}

// bind opens the channel. The token is the whole credential.
func bind(t *testing.T, s *lab.Site, token string) *fcmChannel {
	t.Helper()
	host := strings.TrimPrefix(s.Base, "http://")
	conn, err := net.DialTimeout("tcp", host, classicLimit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(classicLimit)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET /fcm/connect/bind?token=%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n", q(token), host); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, &http.Request{Method: http.MethodGet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() }) // after its connection, which it would read to the end
	return &fcmChannel{conn: conn, resp: resp, body: bufio.NewReader(resp.Body)}
}

// message reads a length, a new line, and what must be as long, in one piece.
func (c *fcmChannel) message() (any, error) {
	if err := c.conn.SetDeadline(time.Now().Add(classicLimit)); err != nil {
		return nil, err
	}
	line, err := c.body.ReadString('\n')
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(strings.TrimSuffix(line, "\n"))
	if err != nil {
		return nil, err
	}
	text := make([]byte, size)
	if n, err := c.body.Read(text); err != nil || n < size {
		return nil, fmt.Errorf("%d of %d bytes came with the length: %w", n, size, err)
	}
	var v any
	return v, json.Unmarshal(text, &v)
}

// notified waits for the message about a printer.
func (c *fcmChannel) notified(t *testing.T, printer string) {
	t.Helper()
	m, err := c.message()
	if err != nil {
		t.Fatalf("message: %v", err)
	}
	must(t, m, "0.1.0.data.notification", printer)
	if n, ok := at(t, m, "0.0").(float64); !ok || n < 1 {
		t.Errorf("numbered %v", at(t, m, "0.0"))
	}
	one, _ := at(t, m, "0.1.0").(object)
	for _, member := range []string{"from", "category", "collapse_key", "message_id"} {
		if _, ok := one[member].(string); !ok {
			t.Errorf("%s is %#v", member, one[member])
		}
	}
	if _, ok := one["time_to_live"].(float64); !ok {
		t.Errorf("time_to_live is %#v", one["time_to_live"])
	}
}

// ends waits for the end of the channel. What is left of messages is repeated hints.
func (c *fcmChannel) ends(t *testing.T) {
	t.Helper()
	for {
		_, err := c.message()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the channel did not end: %v", err)
		}
	}
}

// TestClassicFCM plays the connector of 2017 and later with fcm_notifications_enable.
func TestClassicFCM(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	p := &play{
		site: s, channel: "FCM_CHANNEL", jobs: map[string]string{}, doc: document("fcm", 20<<10),
		owner: caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
	}
	p.init(t)
	p.register(t)

	o := p.robot.get(t, "fcm/subscribe?client="+q(classicClient)+"&proxy="+q(classicProxy)).ok(t)
	token := word(t, o, "token")
	if seconds, err := strconv.ParseFloat(word(t, o, "fcmttl"), 64); err != nil || seconds <= 0 {
		t.Errorf("fcmttl %v", o["fcmttl"])
	}
	p.owner.get(t, "fcm/subscribe?client=x&proxy=x").fail(t, 8)
	for _, bad := range []string{"", "nonsense", strings.TrimPrefix(p.robot.auth, "Bearer ")} {
		if c := bind(t, s, bad); c.resp.StatusCode != http.StatusForbidden {
			t.Errorf("bound with %q: HTTP %d", bad, c.resp.StatusCode)
		}
	}
	if r := (caller{base: s.Base, auth: "Bearer " + token}).get(t, "list?proxy="+q(classicProxy)); r.status != http.StatusForbidden {
		t.Errorf("the channel's token calls interfaces: HTTP %d", r.status)
	}

	c := bind(t, s, token)
	if c.resp.StatusCode != http.StatusOK || !slices.Equal(c.resp.TransferEncoding, []string{"chunked"}) || c.resp.Header.Get("Content-Encoding") != "" {
		t.Fatalf("HTTP %d %v %v", c.resp.StatusCode, c.resp.TransferEncoding, c.resp.Header)
	}
	for _, title := range []string{"one.pdf", "two.pdf"} {
		p.submitPlain(t, p.owner, title)
		c.notified(t, p.printer)
		p.finish(t, p.jobs[title])
	}

	// What came while nobody listened is told at once: this connector does not ask.
	_ = c.conn.Close()
	p.submitPlain(t, p.owner, "three.pdf")
	c = bind(t, s, token)
	c.notified(t, p.printer)
	p.finish(t, p.jobs["three.pdf"])
	o = p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t)
	must(t, o, "printers.0.connectionStatus", "ONLINE")

	// Who takes the connector's credentials back ends its channel.
	if r := form(t, s.Base, "/o/oauth2/revoke", "token="+q(strings.TrimPrefix(p.robot.auth, "Bearer "))); r.status != http.StatusOK {
		t.Fatalf("HTTP %d: %s", r.status, r.body)
	}
	c.ends(t)
	if c := bind(t, s, token); c.resp.StatusCode != http.StatusForbidden {
		t.Errorf("bound after the revocation: HTTP %d", c.resp.StatusCode)
	}
}

// finish prints a job as if there were paper.
func (p *play) finish(t *testing.T, id string) {
	t.Helper()
	p.download(t, word(t, p.fetch(t, id), "fileUrl"), p.robot)
	o := p.robot.post(t, "control", "jobid="+q(id)+"&semantic_state_diff="+q(`{"state":{"type":"DONE"},"pages_printed":1}`)).ok(t)
	inState(t, at(t, o, "job"), "DONE", "DONE")
}

// TestClassicFCMEndsWithTheService: the channel ends cleanly when the service stops, and
// does not hold it up.
func TestClassicFCMEndsWithTheService(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	p := &play{site: s, channel: "FCM_CHANNEL", jobs: map[string]string{}}
	p.init(t)
	token := word(t, p.robot.get(t, "fcm/subscribe?client="+q(classicClient)+"&proxy="+q(classicProxy)).ok(t), "token")
	c := bind(t, s, token)
	s.StopCloud() // which is killed if it does not end soon: then so does the channel, in the middle
	c.ends(t)
	s.StartCloud()
	if c := bind(t, s, token); c.resp.StatusCode != http.StatusOK {
		t.Errorf("after a restart: HTTP %d", c.resp.StatusCode)
	}
}
