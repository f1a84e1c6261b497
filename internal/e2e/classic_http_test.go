package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The classic tests say what the clients of the old service said, written down
// from recordings of them alone (the page): requests are bytes on a socket, and
// none of the clients of this module takes part.

// classicLimit is how long one answer may take, and a change until all see it.
const classicLimit = 60 * time.Second

// object is a JSON object.
type object = map[string]any

// reply is an answer as it came over the wire.
type reply struct {
	status int
	header http.Header
	length int64 // Content-Length, or -1
	body   []byte
}

// exchange writes one request on a connection of its own and reads the answer.
// lines are the header lines after Host.
func exchange(t *testing.T, base, request string, lines []string, body []byte) reply {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.DialTimeout("tcp", host, classicLimit)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // nothing is left to send
	if err := conn.SetDeadline(time.Now().Add(classicLimit)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s HTTP/1.1\r\nHost: %s\r\n", request, host)
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	if _, err := conn.Write(b.Bytes()); err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	data, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, length: resp.ContentLength, body: data}
}

// caller is a client of the old service with one credential.
type caller struct {
	base string
	auth string // value of Authorization, or ""
}

// post sends a form as the official connector did: Go's net/http, which always
// offers gzip.
func (c caller) post(t *testing.T, name, form string) reply {
	t.Helper()
	return exchange(t, c.base, "POST /cloudprint/"+name, c.lines(
		"User-Agent: Go-http-client/1.1",
		fmt.Sprintf("Content-Length: %d", len(form)),
		"Content-Type: application/x-www-form-urlencoded",
		"X-Cloudprint-Proxy: CUPS Connector DEV-linux",
		"Accept-Encoding: gzip",
	), []byte(form))
}

// get asks for a path below the base, query and all.
func (c caller) get(t *testing.T, path string) reply {
	t.Helper()
	return exchange(t, c.base, "GET /cloudprint/"+path, c.lines("User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"), nil)
}

func (c caller) lines(more ...string) []string {
	if c.auth != "" {
		more = append(more, "Authorization: "+c.auth)
	}
	return more
}

// envelope checks an answer against the page's 0.3 and returns it decoded.
func (r reply) envelope(t *testing.T) object {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("HTTP %d: %s", r.status, r.body)
	}
	if ct := r.header.Get("Content-Type"); ct != "text/plain; charset=utf-8" {
		t.Errorf("Content-Type %q", ct)
	}
	if ce := r.header.Get("Content-Encoding"); ce != "" {
		t.Errorf("Content-Encoding %q", ce)
	}
	var o object
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	if spelling := fmt.Sprintf("\"success\": %v", o["success"]); !bytes.HasPrefix(r.body, []byte("{\n "+spelling)) {
		t.Errorf("the envelope does not begin with %s: %.60q", spelling, r.body)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, r.body, "", " "); err != nil {
		t.Fatal(err)
	}
	if got := string(bytes.TrimSpace(r.body)); got != strings.TrimSpace(pretty.String()) {
		t.Errorf("not indented by one space:\n%s", got)
	}
	if bytes.ContainsAny(r.body, "=&<>") {
		t.Errorf("one of = & < > is not escaped:\n%s", r.body)
	}
	request, ok := o["request"].(object)
	if !ok {
		t.Fatalf("no request: %s", r.body)
	}
	if _, ok := request["time"].(string); !ok {
		t.Errorf("request.time is %#v", request["time"])
	}
	if _, ok := request["params"].(object); !ok {
		t.Errorf("request.params is %#v", request["params"])
	}
	return o
}

// ok is envelope for an answer that must be a success.
func (r reply) ok(t *testing.T) object {
	t.Helper()
	o := r.envelope(t)
	if o["success"] != true {
		t.Fatalf("refused: %s", r.body)
	}
	return o
}

// fail is envelope for an answer that must be a failure of this number; 0 for
// any.
func (r reply) fail(t *testing.T, code float64) object {
	t.Helper()
	o := r.envelope(t)
	if o["success"] != false {
		t.Fatalf("not refused: %s", r.body)
	}
	if got, _ := o["errorCode"].(float64); code != 0 && got != code {
		t.Errorf("errorCode %v, want %v: %v", o["errorCode"], code, o["message"])
	}
	return o
}

// plain decodes an answer that has no envelope.
func (r reply) plain(t *testing.T) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("HTTP %d: %v: %s", r.status, err, r.body)
	}
	return o
}

// at follows member names and list positions, written with dots.
func at(t *testing.T, v any, path string) any {
	t.Helper()
	whole := v
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case object:
			v = x[step]
		case []any:
			i := 0
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				t.Fatalf("no %s in %v", path, whole)
			}
			v = x[i]
		default:
			t.Fatalf("no %s in %v", path, whole)
		}
	}
	return v
}

// word is at for a string that must not be empty.
func word(t *testing.T, v any, path string) string {
	t.Helper()
	s, _ := at(t, v, path).(string)
	if s == "" {
		t.Fatalf("%s is %#v in %v", path, at(t, v, path), v)
	}
	return s
}

// must compares one member.
func must(t *testing.T, v any, path string, want any) {
	t.Helper()
	if got := at(t, v, path); !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %#v, want %#v", path, got, want)
	}
}

// decoded reads JSON text that the test itself wrote.
func decoded(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// names returns one string member of every object of a list.
func names(t *testing.T, list any, member string) []string {
	t.Helper()
	items, ok := list.([]any)
	if !ok {
		t.Fatalf("%#v is no list", list)
	}
	out := make([]string, 0, len(items))
	for _, i := range items {
		out = append(out, word(t, i, member))
	}
	return out
}

// q escapes a value for a query or a form.
func q(s string) string { return url.QueryEscape(s) }
