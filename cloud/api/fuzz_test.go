package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"platen/gcp"
)

// readAll reads all fields of a body, in small steps.
func readAll(f fields) (args, error) {
	a := args{}
	for n := 0; ; n++ {
		one, err := f.next()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		if n > maxFields {
			return a, errTooLong
		}
		v, err := io.ReadAll(iotest.OneByteReader(one))
		if err != nil {
			return a, err
		}
		a[one.name] = append(a[one.name], string(v))
	}
}

// FuzzForm compares the streaming reader with net/url, where both take the text.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"a=b&c=d", "a=%41+b&&a=2", "=x", "a", "a=%zz", "%", "a=%4", "q=%255Erecent", "a=b;c=d", "\r\n", "a=1\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := readAll(newURLFields(strings.NewReader(s)))
		want, wantErr := url.ParseQuery(s)
		if err != nil || wantErr != nil || strings.ContainsAny(s, ";\r\n") {
			return
		}
		for k, v := range want {
			if len(k) < maxKey && strings.Join(got[k], "\x01") != strings.Join(v, "\x01") {
				t.Errorf("%q: %q = %q, want %q", s, k, got[k], v)
			}
		}
	})
}

// FuzzMultipart must neither crash nor read for ever, and must find what was put in.
func FuzzMultipart(f *testing.F) {
	typ, body := multipartBody(part{name: "printerid", value: "x"}, part{name: "content", file: "a", typ: "application/pdf", value: pdf})
	f.Add(typ, body, "v")
	f.Add(typ, strings.TrimSuffix(strings.TrimSpace(body), "--")+"\r\n", "")
	f.Add("multipart/form-data; boundary=b", "--b\r\n\r\n\r\n--b", "--b")
	f.Add("application/x-www-form-urlencoded", "a=b", "\r\n")
	f.Fuzz(func(t *testing.T, typ, body, value string) {
		r := &http.Request{Header: http.Header{"Content-Type": {typ}}}
		_, _ = readAll(fieldsOf(r, strings.NewReader(body))) // any outcome but a crash
		made, text := multipartBody(part{name: "k", value: value})
		if strings.Contains(value, made[strings.Index(made, "=")+1:]) {
			return
		}
		r.Header.Set("Content-Type", made)
		got, err := readAll(fieldsOf(r, strings.NewReader(text)))
		if err != nil || got.get("k") != value {
			t.Errorf("%q came back as %q, %v", value, got.get("k"), err)
		}
	})
}

// FuzzBase64 decodes what the standard encodes, whatever lines it is cut into.
func FuzzBase64(f *testing.F) {
	f.Add([]byte(pdf), 10)
	f.Add([]byte{0xff, 0xfe, 0xfd}, 1)
	f.Fuzz(func(t *testing.T, data []byte, width int) {
		_, _ = io.ReadAll(base64Reader(bytes.NewReader(data))) // any outcome but a crash
		_, _, _ = dataURLHeader(data)
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
			text := enc.EncodeToString(data)
			if width > 0 && width < len(text) {
				text = text[:width] + "\r\n" + text[width:]
			}
			got, err := io.ReadAll(base64Reader(iotest.HalfReader(strings.NewReader(text))))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%q: %q, %v", text, got, err)
			}
		}
	})
}

// FuzzLegacy reads older tickets and capabilities.
func FuzzLegacy(f *testing.F) {
	f.Add(`{"capabilities":[{"type":"Feature","name":"a","options":[{"name":"b"}]}]}`)
	f.Add("*PPD-Adobe: \"4.3\"\n*OpenUI *A/b: PickOne\n*A x/y: \"z\"\n*CloseUI: *A\n")
	f.Add("*OpenUI :\n*: \n*Default:")
	f.Fuzz(func(t *testing.T, s string) {
		if raw, err := legacyWishes(s); err == nil && raw != nil && !json.Valid(raw) {
			t.Errorf("%q became %q", s, raw)
		}
		if raw, err := ticketArg(args{"ticket": {s}}); err == nil && raw != nil && !json.Valid(raw) {
			t.Errorf("ticket %q became %q", s, raw)
		}
		var buf bytes.Buffer
		if err := encode(&buf, map[string]string{s: s}); err != nil || bytes.ContainsAny(buf.Bytes(), "=<>&") {
			t.Errorf("%q: %s %v", s, buf.Bytes(), err)
		}
		var back map[string]string
		if err := json.Unmarshal(buf.Bytes(), &back); err != nil || back[strings.ToValidUTF8(s, "\uFFFD")] == "" && s != "" && strings.ToValidUTF8(s, "") == s {
			t.Errorf("%q came back as %q, %v", s, back, err)
		}
	})
}

func BenchmarkFetchAnswer(b *testing.B) {
	j := gcp.Job{
		ID: "c2b9e2a1", PrinterID: "3b1f", Title: "report.pdf", ContentType: "application/pdf", Tags: []string{"^own"},
		FileURL: "https://x/cloudprint/download?id=c2b9e2a1", SemanticState: gcp.CJS{Version: "1.0", State: gcp.StateOf(gcp.JobQueued)},
		Ticket: emptyTicket, UIState: &gcp.JobUIState{Summary: "QUEUED"},
	}
	a := &fetchAnswer{envelope{Success: true, Request: &gcp.Request{Params: map[string][]string{"printerid": {"3b1f"}}}}, []gcp.Job{j}}
	var buf bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		if err := encode(&buf, a); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkControl is one report of a connector, from the request's bytes to the
// answer's, with the store's commit.
func BenchmarkControl(b *testing.B) {
	bench := newBench(b, nil)
	job := string(bench.send(bench.register("q"), "x"))
	for i := 0; b.Loop(); i++ {
		bench.must(bench.post("control", bench.robot, "jobid", job, "semantic_state_diff", `{"state":{"type":"IN_PROGRESS"}}`))
	}
}
