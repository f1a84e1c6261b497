package script

import (
	"context"
	"crypto/tls"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"platen/internal/lab"
	"platen/internal/vprinter"
)

// test is the key of the test that runs a script.
type test struct{}

// printers is the key of a script's virtual printers, by the name of their variable.
type printers struct{}

func printersOf(ts *testscript.TestScript) map[string]*vprinter.Printer {
	return ts.Value(printers{}).(map[string]*vprinter.Printer) //nolint:forcetypeassert // setup put it there
}

func startPrinter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 || len(args) == 2 && args[1] != "ipps" {
		ts.Fatalf("usage: printer NAME [ipps]")
	}
	p, err := vprinter.New(vprinter.Options{Name: args[0], Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	uri := vprinter.URI(l.Addr())
	if len(args) == 2 {
		certificate, _ := lab.Certificate(ts.Value(test{}).(testing.TB), "127.0.0.1") //nolint:forcetypeassert // setup put it there
		l, uri = tls.NewListener(l, certificate), "ipps"+strings.TrimPrefix(uri, "ipp")
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() { _ = p.Serve(ctx, l) }) // a printer that cannot serve fails what prints on it
	ts.Defer(func() { stop(); served.Wait() })
	printersOf(ts)[args[0]] = p
	ts.Setenv(args[0], uri)
}

func setFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || printersOf(ts)[args[0]] == nil {
		ts.Fatalf("usage: fault NAME [REASON...], of a printer that was started")
	}
	printersOf(ts)[args[0]].SetFault(vprinter.Fault{Reasons: args[1:]})
}

func expression(ts *testscript.TestScript, text string) *regexp.Regexp {
	re, err := regexp.Compile("(?m)" + text)
	ts.Check(err)
	return re
}
