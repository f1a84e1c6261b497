package ipp_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// raw sends bytes as a request with a good key, and returns the HTTP status and the answer.
func (b *bench) raw(body io.Reader) (int, *goipp.Message) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+b.path(""), body)
	b.ok(err)
	req.Header.Set("Content-Type", ippserver.ContentType)
	req.Header.Set("Authorization", "Bearer "+b.keys["owner"])
	resp, err := http.DefaultClient.Do(req)
	b.ok(err)
	defer func() { _ = resp.Body.Close() }()
	var m goipp.Message
	if resp.StatusCode == http.StatusOK {
		b.ok(m.Decode(resp.Body))
	}
	return resp.StatusCode, &m
}

// head begins a request of Get-Printer-Attributes, without the end of its attributes.
func (b *bench) head() []byte {
	b.t.Helper()
	text, err := b.message(ask{op: goipp.OpGetPrinterAttributes}).EncodeBytes()
	b.ok(err)
	return bytes.TrimSuffix(text, []byte{byte(goipp.TagEnd)})
}

// attribute is one as it is on the wire (RFC 8010, 3.1.4).
func attribute(tag byte, name, value string) []byte {
	out := binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(name)))
	out = append(out, name...)
	return append(binary.BigEndian.AppendUint16(out, uint16(len(value))), value...)
}

// What no client sends is refused, costs little, and the service goes on.
func TestHostileRequests(t *testing.T) {
	b := newBench(t)
	head := b.head()
	deep := bytes.Clone(head)
	for range 100_000 {
		deep = append(deep, attribute(0x34, "c", "")...)
	}
	many := bytes.Clone(head)
	for range 12_000 {
		many = append(many, attribute(0x21, "a", "1234")...)
	}
	long := append(bytes.Clone(head), bytes.Repeat(attribute(0x41, "t", strings.Repeat("x", 30_000)), 80)...)
	group := append(append(bytes.Clone(head), 0x0f), attribute(0x21, "a", "1234")...)
	longest := append(bytes.Clone(head), attribute(0x44, "which-jobs", strings.Repeat("x", 40_000))...)
	groups := append(bytes.Clone(head), bytes.Repeat([]byte{6}, 1<<20-1000)...)
	lying := append(bytes.Clone(head), 0x21, 0x7f, 0xff, 'a')
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, tt := range map[string]struct {
		body []byte
		want int
	}{
		"nested collections":    {append(deep, 3), http.StatusRequestEntityTooLarge},
		"12 000 attributes":     {append(many, 3), http.StatusRequestEntityTooLarge},
		"two megabytes":         {append(long, 3), http.StatusRequestEntityTooLarge},
		"a million groups":      {append(groups, 3), http.StatusRequestEntityTooLarge},
		"a negative length":     {append(longest, 3), http.StatusBadRequest},
		"a length that is none": {lying, http.StatusBadRequest},
		"no end":                {head, http.StatusBadRequest},
		"nothing":               {nil, http.StatusBadRequest},
		"text":                  {[]byte("GET / HTTP/1.1\r\n\r\n"), http.StatusBadRequest},
	} {
		if status, _ := b.raw(bytes.NewReader(tt.body)); status != tt.want {
			t.Errorf("%s: HTTP %d, want %d", name, status, tt.want)
		}
	}
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 64 {
		t.Errorf("%d MiB were allocated", mib)
	}
	if status, m := b.raw(bytes.NewReader(append(group, 3))); status == http.StatusOK && m.Code == 0 && len(m.Printer) == 0 {
		t.Errorf("a group that is unknown: HTTP %d, %s", status, goipp.Status(m.Code))
	}
	wrong := bytes.Replace(append(bytes.Clone(head), 3), []byte("\x00\x05utf-8"), []byte("\x00\x05utf-7"), 1)
	if status, m := b.raw(bytes.NewReader(wrong)); status != http.StatusOK || goipp.Status(m.Code) != goipp.StatusErrorCharset {
		t.Errorf("another charset: HTTP %d, %s", status, goipp.Status(m.Code))
	}
	for _, path := range []string{"", "//", "/a/b/c/d", "/" + string(b.printer) + "/job/x", "/" + string(b.printer) + "/s/job/0"} {
		r := httptest.NewRequest(http.MethodPost, "/ipp/print"+path, bytes.NewReader(append(bytes.Clone(head), 3)))
		r.Header.Set("Content-Type", ippserver.ContentType)
		w := httptest.NewRecorder()
		b.door.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: HTTP %d", path, w.Code)
		}
	}
	b.must(ask{op: goipp.OpGetPrinterSupportedValues, bearer: b.keys["owner"], attrs: goipp.Attributes{keyword("requested-attributes", "")}})
	b.must(ask{op: goipp.OpGetPrinterAttributes}) // it goes on
}

// A request makes no more subscriptions than one person may have.
func TestManySubscriptionsAtOnce(t *testing.T) {
	b := newBench(t)
	a := ask{op: goipp.OpCreatePrinterSubscriptions, bearer: b.keys["owner"]}
	for range 100 {
		a.subs = append(a.subs, goipp.Attributes{keyword("notify-pull-method", "ippget")})
	}
	b.must(a)
	if m, _ := b.send(a); status(m) != goipp.StatusErrorIgnoredAllSubscriptions {
		t.Errorf("a hundred more: %s", status(m))
	}
	a.subs = append(a.subs, a.subs[0])
	if m, _ := b.send(a); status(m) != goipp.StatusErrorTooManySubscriptions || len(m.Subscription) > 0 {
		t.Errorf("a hundred and one: %s", status(m))
	}
}

// Jobs that wait for their documents keep what they need of their requests, not all of it.
func TestLongRequestsAreForgotten(t *testing.T) {
	b := newBench(t)
	a := ask{op: goipp.OpCreateJob, bearer: b.keys["user"], attrs: goipp.Attributes{name("job-name", strings.Repeat("n", 30_000))}}
	for n := range 30 {
		a.job = append(a.job, keyword(strings.Repeat("x", 30_000+n), "y"))
	}
	pages := goipp.Attribute{Name: "page-ranges"}
	for n := range 1000 {
		pages.Values.Add(goipp.TagRange, goipp.Range{Lower: 2*n + 1, Upper: 2*n + 1})
	}
	a.job = append(a.job, pages)
	held := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) >> 10
	}
	b.must(a)
	before := held()
	for range 99 {
		b.must(a)
	}
	if kib := held() - before; kib > 8<<10 {
		t.Errorf("99 jobs keep %d KiB", kib)
	}
}

// Names that are no UTF-8 are told as such all the same, and one for whom only ASCII will do is
// answered in that (RFC 8011, 4.1.4.1).
func TestCharsets(t *testing.T) {
	b := newBench(t)
	sub := b.subscription("owner", "job-created")
	b.must(ask{op: goipp.OpPrintJob, bearer: b.keys["owner"], doc: pdf(), attrs: goipp.Attributes{name("job-name", "caf\xe9 \u00fc")}})
	get := ask{op: goipp.OpGetJobs, bearer: b.keys["owner"], attrs: goipp.Attributes{keyword("requested-attributes", "job-name")}}
	if got := ippserver.Text(b.must(get).Job, "job-name"); got != "caf\ufffd \u00fc" {
		t.Errorf("job-name is %q", got)
	}
	inASCII := func(a ask) *goipp.Message {
		text, err := b.message(a).EncodeBytes()
		b.ok(err)
		_, m := b.raw(bytes.NewReader(bytes.Replace(text, []byte("\x00\x05utf-8"), []byte("\x00\x08us-ascii"), 1)))
		return m
	}
	m := inASCII(get)
	if charset, got := ippserver.Text(m.Operation, "attributes-charset"), ippserver.Text(m.Job, "job-name"); charset != "us-ascii" || got != "caf? ?" {
		t.Errorf("in %s job-name is %q", charset, got)
	}
	// What is kept for others stays as it is.
	event := ask{op: goipp.OpGetNotifications, bearer: b.keys["owner"], attrs: goipp.Attributes{integer("notify-subscription-ids", sub)}}
	if got := ippserver.Text(inASCII(event).EventNotification, "notify-text"); !strings.Contains(got, "caf? ?") {
		t.Errorf("notify-text is %q", got)
	}
	if got := ippserver.Text(b.must(event).EventNotification, "notify-text"); !strings.Contains(got, "caf\ufffd \u00fc") {
		t.Errorf("notify-text is %q to the next client", got)
	}
}

// No job comes of half a document.
func TestHalfADocument(t *testing.T) {
	b := newBench(t)
	text, err := b.message(ask{op: goipp.OpPrintJob}).EncodeBytes()
	b.ok(err)
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	b.ok(err)
	_, err = io.WriteString(conn, "POST "+b.path("")+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/ipp\r\nAuthorization: Bearer "+b.keys["owner"]+
		"\r\nContent-Length: 100000\r\n\r\n"+string(text)+"%PDF-1.4\n")
	b.ok(err)
	b.ok(conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond)))
	if n, _ := conn.Read(make([]byte, 1)); n > 0 {
		t.Error("half a document was answered")
	}
	b.ok(conn.Close())
	jobs := b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["owner"], attrs: goipp.Attributes{keyword("which-jobs", "all")}})
	if len(jobs.Job) > 0 {
		t.Errorf("a job came of half a document: %v", jobs.Job)
	}
}

// FuzzRequests sends requests that are nearly right: nothing panics, nothing is printed,
// and no answer is without a status.
func FuzzRequests(f *testing.F) {
	b := newBench(f)
	for _, op := range []goipp.Op{
		goipp.OpGetPrinterAttributes, goipp.OpValidateJob, goipp.OpGetJobs, goipp.OpCancelJob, goipp.OpCreatePrinterSubscriptions, goipp.OpCreateJob, goipp.OpSendDocument,
		goipp.OpGetNotifications, goipp.OpPrintJob,
	} {
		text, err := b.message(ask{
			op: op, job: goipp.Attributes{integer("copies", 2), column(size(21000, 29700)), ranges(1, 2)},
			subs: []goipp.Attributes{{keyword("notify-pull-method", "ippget")}},
			attrs: goipp.Attributes{
				keyword("which-jobs", "all"), integer("job-id", 1), flag("last-document", true), integer("notify-subscription-ids", 1), keyword("compression", "gzip"),
			},
		}).EncodeBytes()
		b.ok(err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, b.path(""), bytes.NewReader(body))
		r.Header.Set("Content-Type", ippserver.ContentType)
		r.Header.Set("Authorization", "Bearer "+b.keys["owner"])
		w := httptest.NewRecorder()
		b.door.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			var m goipp.Message
			if err := m.DecodeBytes(w.Body.Bytes()); err != nil {
				t.Errorf("the answer: %v", err)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		}
	})
}
