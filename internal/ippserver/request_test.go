package ippserver_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// plain is a request as most clients send it.
func plain() *goipp.Message {
	m := goipp.NewRequest(goipp.DefaultVersion, goipp.OpGetJobs, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String("ipp://localhost/ipp/print")))
	return m
}

// The document behind the attributes is left to whoever reads on.
func TestReadLeavesTheDocument(t *testing.T) {
	head, err := plain().EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	r := bytes.NewReader(append(head, "%PDF"...))
	m, err := ippserver.Read(r)
	if err != nil || goipp.Op(m.Code) != goipp.OpGetJobs {
		t.Fatalf("%v, %v", m, err)
	}
	if doc, err := io.ReadAll(r); err != nil || string(doc) != "%PDF" {
		t.Errorf("%q is left (%v)", doc, err)
	}
	for n := range head {
		if _, err := ippserver.Read(bytes.NewReader(head[:n])); err == nil {
			t.Errorf("%d of %d bytes are a request", n, len(head))
		}
	}
}

// What would cost the decoder more than any request is refused before it (goipp calls
// itself for each level of a collection).
func TestReadIsBounded(t *testing.T) {
	head, err := plain().EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	head = head[:len(head)-1]
	for name, part := range map[string]string{
		"depth": "\x34\x00\x01c\x00\x00", "values": "\x21\x00\x00\x00\x04\x00\x00\x00\x01", "length": "\x41\x00\x00\x7f\xff" + string(make([]byte, 32767)),
		"groups": "\x06",
	} {
		body := io.MultiReader(bytes.NewReader(head), &repeated{part: []byte(part)})
		if _, err := ippserver.Read(body); !errors.Is(err, ippserver.ErrTooMuch) {
			t.Errorf("%s: %v, want ErrTooMuch", name, err)
		}
	}
}

// repeated never ends.
type repeated struct {
	part []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.part[r.at%len(r.part)]
		r.at++
	}
	return len(p), nil
}

// The shape of requests, by RFC 8011, 4.1.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*goipp.Message)
		want   goipp.Status
	}{
		{"as it should be", func(*goipp.Message) {}, goipp.StatusOk},
		{"IPP/2.2", func(m *goipp.Message) { m.Version = goipp.MakeVersion(2, 2) }, goipp.StatusOk},
		{"IPP/0.9", func(m *goipp.Message) { m.Version = goipp.MakeVersion(0, 9) }, goipp.StatusErrorVersionNotSupported},
		{"IPP/3.0", func(m *goipp.Message) { m.Version = goipp.MakeVersion(3, 0) }, goipp.StatusErrorVersionNotSupported},
		{"no request-id", func(m *goipp.Message) { m.RequestID = 0 }, goipp.StatusErrorBadRequest},
		{"no attributes", func(m *goipp.Message) { m.Operation = nil }, goipp.StatusErrorBadRequest},
		{"no charset", func(m *goipp.Message) { m.Operation = m.Operation[1:] }, goipp.StatusErrorBadRequest},
		{"the other order", func(m *goipp.Message) { m.Operation[0], m.Operation[1] = m.Operation[1], m.Operation[0] }, goipp.StatusErrorBadRequest},
		{"no target", func(m *goipp.Message) { m.Operation = m.Operation[:2] }, goipp.StatusErrorBadRequest},
		{"a charset of the wrong syntax", func(m *goipp.Message) { m.Operation[0].Values[0].T = goipp.TagKeyword }, goipp.StatusErrorBadRequest},
		{"another charset", func(m *goipp.Message) { m.Operation[0].Values[0].V = goipp.String("iso-8859-1") }, goipp.StatusErrorCharset},
	} {
		m := plain()
		tt.change(m)
		m.Groups = nil // as it is encoded
		head, err := m.EncodeBytes()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		req, err := ippserver.Read(bytes.NewReader(head))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		x := &ippserver.Exchange{Req: req, Resp: goipp.NewResponse(req.Version, goipp.StatusOk, req.RequestID)}
		x.Resp.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup}}
		if ok := x.Check(); goipp.Status(x.Resp.Code) != tt.want || ok != (tt.want == goipp.StatusOk) {
			t.Errorf("%s: %s, want %s", tt.name, goipp.Status(x.Resp.Code), tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	head, err := plain().EncodeBytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(head)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := ippserver.Read(bytes.NewReader(body))
		if err != nil {
			return
		}
		again, err := m.EncodeBytes()
		if err != nil {
			return // goipp reads some values that it does not write
		}
		if n, err := ippserver.Read(bytes.NewReader(again)); err != nil || !n.Equal(*m) {
			t.Errorf("%v was read as %v (%v)", m, n, err)
		}
	})
}
