package xmppauth

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"platen/internal/secret"
)

// program is a running ExtAuth, asked as ejabberd asks.
type program struct {
	t   *testing.T
	in  *io.PipeWriter
	out *io.PipeReader
	log *bytes.Buffer
	end chan error
}

func extAuth(t *testing.T, address, secretText string) *program {
	t.Helper()
	in, toIn := io.Pipe()
	fromOut, out := io.Pipe()
	p := &program{t: t, in: toIn, out: fromOut, log: &bytes.Buffer{}, end: make(chan error, 1)}
	e := &ExtAuth{
		URL: strings.TrimSuffix(address, "/xmpp/auth"), Secret: secret.New(secretText),
		Client: &http.Client{Timeout: time.Second}, Logger: slog.New(slog.NewTextHandler(p.log, nil)),
	}
	go func() { p.end <- e.Serve(context.Background(), in, out) }()
	return p
}

// ask writes a question with its length before it and reads the four bytes of the answer.
func (p *program) ask(question string) bool {
	p.t.Helper()
	frame := binary.BigEndian.AppendUint16(nil, uint16(len(question)))
	if _, err := p.in.Write(append(frame, question...)); err != nil {
		p.t.Fatal(err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(p.out, answer[:]); err != nil {
		p.t.Fatal(err)
	}
	if answer[0] != 0 || answer[1] != 2 || answer[2] != 0 || answer[3] > 1 {
		p.t.Fatalf("answer % x to %q", answer, question)
	}
	return answer[3] == 1
}

// stop ends the input and returns how the program ended.
func (p *program) stop() error {
	_ = p.in.Close()
	return <-p.end
}

func TestExtAuth(t *testing.T) {
	address, _ := serve(t, shared)
	p := extAuth(t, address, shared)
	for question, want := range map[string]bool{
		"auth:" + robot + ":" + domain + ":" + good:        true,
		"auth:" + robot + ":" + domain + ":" + good + ":x": false, // of the token, not of the protocol
		"auth:another:" + domain + ":" + good:              false,
		"auth::" + domain + ":" + good:                     false,
		"auth:" + robot + ":" + domain + ":":               false,
		"auth:" + robot + ":example.org:" + good:           false,
		"auth:" + robot + ":" + domain + ":often":          false,
		"auth:" + robot:                                    false,
		"isuser:" + robot + ":" + domain:                   true,
		"isuser::" + domain:                                false,
		"setpass:" + robot + ":" + domain + ":" + good:     false,
		"tryregister:" + robot + ":" + domain + ":" + good: false,
		"removeuser:" + robot + ":" + domain:               false,
		"removeuser3:" + robot + ":" + domain + ":" + good: false,
		"": false,
		"auth:" + robot + ":" + domain + ":" + long(60<<10): false,
	} {
		if got := p.ask(question); got != want {
			t.Errorf("%.60q: %v, want %v", question, got, want)
		}
	}
	if err := p.stop(); err != nil {
		t.Errorf("at the end of the input: %v", err)
	}
	if strings.Contains(p.log.String(), good) || strings.Contains(p.log.String(), shared) {
		t.Errorf("a secret is in the log:\n%s", p.log)
	}
}

func long(n int) string { return strings.Repeat("x", n) }

// A login that comes while the cloud is started anew waits for it.
func TestExtAuthSurvivesARestartOfTheCloud(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	p := extAuth(t, "http://"+address, shared)
	mux := http.NewServeMux()
	mux.Handle(Pattern, New(Config{Secret: secret.New(shared), Domain: domain, Authenticate: authenticate, Logger: slog.New(slog.DiscardHandler)}))
	question := "auth:" + robot + ":" + domain + ":" + good
	first := &http.Server{Handler: mux}
	go func() { _ = first.Serve(l) }()
	if !p.ask(question) {
		t.Error("refused before the restart")
	}
	_ = first.Close()
	again := &http.Server{Handler: mux}
	defer again.Close() //nolint:errcheck // a test's server
	restart := time.AfterFunc(time.Second, func() {
		if l, err := net.Listen("tcp", address); err == nil {
			_ = again.Serve(l)
		}
	})
	defer restart.Stop()
	if !p.ask(question) {
		t.Errorf("refused while the cloud was started anew:\n%s", p.log)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(p.log.String(), "level=WARN"); n != 1 || strings.Count(p.log.String(), "checked again") != 1 {
		t.Errorf("the log is\n%s", p.log)
	}
}

// Questions about a wrong secret end in a refusal that says what to do.
func TestExtAuthWithAWrongSecret(t *testing.T) {
	address, _ := serve(t, shared)
	p := extAuth(t, address, "wrong")
	if p.ask("auth:" + robot + ":" + domain + ":" + good) {
		t.Error("let in")
	}
	if err := p.stop(); err != nil || !strings.Contains(p.log.String(), "auth_secret_file") {
		t.Errorf("%v, log\n%s", err, p.log)
	}
}

// What ends in the middle of a question is an error.
func TestExtAuthCutOff(t *testing.T) {
	p := extAuth(t, "http://127.0.0.1:1", shared)
	if _, err := p.in.Write([]byte{0, 9, 'a'}); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(); err == nil {
		t.Error("no error")
	}
}
