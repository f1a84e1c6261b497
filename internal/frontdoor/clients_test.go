package frontdoor

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// way is one way of signing in.
type way struct {
	uri    string
	header string // Authorization; "" where the address is enough
}

// ways are all of them: a name with an API key, a bearer token, a personal address.
func (d *door) ways(t *testing.T) map[string]way {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(lab.Owner+":"+d.Key))
	return map[string]way{
		"basic": {d.uri(""), basic}, "bearer": {d.uri(""), "Bearer " + d.Key}, "address": {d.visit(t).address(d.printer), ""},
	}
}

// nodeClient prints with the npm module ipp: URL, Authorization and file are its
// arguments.
const nodeClient = `
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const ipp = createRequire(process.argv[2])('ipp')
const url = new URL(process.argv[3])
const headers = process.argv[4] ? { Authorization: process.argv[4] } : {}
const request = (operation, data) => new Promise((done, failed) => {
  const body = ipp.serialize({ operation, 'operation-attributes-tag': {
    'attributes-charset': 'utf-8', 'attributes-natural-language': 'en', 'printer-uri': process.argv[3].replace(/^http/, 'ipp'),
    ...(data ? { 'job-name': 'npm', 'document-format': 'application/pdf' } : {}) }, data })
  const at = { protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname, headers }
  ipp.request(at, body, (error, answer) => error ? failed(error) : done(answer))
})
const printer = await request('Get-Printer-Attributes')
if (printer['printer-attributes-tag']['printer-state'] === undefined) throw new Error('no printer-state')
const job = await request('Print-Job', readFileSync(process.argv[5]))
if (job.statusCode !== 'successful-ok') throw new Error(job.statusCode)
console.log(job['job-attributes-tag']['job-id'])
`

// Clients of others, each with each way of signing in: the npm module ipp, OpenPrinting's
// goipp, and ipptool, which is libcups; that knows no bearer tokens in this version.
func TestClientsOfOthers(t *testing.T) {
	lab.Need(t, "ipptool")
	node, modules := lab.Node(t)
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	dir := t.TempDir()
	doc := smallpdf.Page(595, 842, "BT /F1 24 Tf 72 700 Td (clients) Tj ET")
	file, script := filepath.Join(dir, "doc.pdf"), filepath.Join(dir, "print.mjs")
	for path, text := range map[string][]byte{file: doc, script: []byte(nodeClient)} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sent := 0
	for name, w := range d.ways(t) {
		out, err := exec.Command(node, script, filepath.Join(modules, "x"), "http"+strings.TrimPrefix(w.uri, "ipp"), w.header, file).CombinedOutput()
		if err != nil {
			t.Errorf("npm ipp by %s: %v: %s", name, err, out)
		}
		if err := goPrint(&http.Client{Transport: d.carrier}, w, bytes.NewReader(doc)); err != nil {
			t.Errorf("goipp by %s: %v", name, err)
		}
		sent += 2
		switch name {
		case "basic":
			w.uri = d.signedIn()
		case "bearer":
			continue
		}
		d.tool(t, dir, "print-job.test", "-f", "doc.pdf", w.uri)
		sent++
	}
	lab.Until(t, time.Minute, "the printer to have the documents", func() bool { return len(d.eve.Documents()) == sent })
	for _, got := range d.eve.Documents() {
		if !bytes.Equal(got, doc) {
			t.Errorf("another document came: %q", got[:min(len(got), 20)])
		}
	}
	a, err := d.Call("jobs", url.Values{"printerid": {d.printer}})
	if err != nil || len(a.Jobs) != sent {
		t.Errorf("%d jobs (%v), want %d", len(a.Jobs), err, sent)
	}
}

// goPrint prints with goipp and net/http, in a body of chunks.
func goPrint(client *http.Client, w way, doc io.Reader) error {
	m := goipp.NewRequest(goipp.MakeVersion(1, 1), goipp.OpPrintJob, 1)
	for _, a := range []goipp.Attribute{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
		goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(w.uri)),
		goipp.MakeAttribute("job-name", goipp.TagName, goipp.String("go")),
	} {
		m.Operation.Add(a)
	}
	head, err := m.EncodeBytes()
	if err != nil {
		return err
	}
	body := io.MultiReader(bytes.NewReader(head), doc)
	req, err := http.NewRequest(http.MethodPost, "http"+strings.TrimPrefix(w.uri, "ipp"), struct{ io.Reader }{body})
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/ipp")
	if w.header != "" {
		req.Header.Set("Authorization", w.header)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read below
	var answer goipp.Message
	if resp.StatusCode != http.StatusOK || answer.Decode(resp.Body) != nil || answer.Code != 0 {
		return fmt.Errorf("HTTP %d, %s", resp.StatusCode, goipp.Status(answer.Code))
	}
	return nil
}
