package ipp_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// BenchmarkAttributes is Get-Printer-Attributes with everything.
func BenchmarkAttributes(bb *testing.B) {
	b := newBench(bb)
	all := keyword("requested-attributes", "all")
	all.Values.Add(goipp.TagKeyword, goipp.String("media-col-database"))
	body, err := b.message(ask{op: goipp.OpGetPrinterAttributes, attrs: goipp.Attributes{all}}).EncodeBytes()
	b.ok(err)
	bb.ReportAllocs()
	for bb.Loop() {
		r := httptest.NewRequest(http.MethodPost, b.path(""), bytes.NewReader(body))
		r.Header.Set("Content-Type", ippserver.ContentType)
		r.Header.Set("Authorization", "Bearer "+b.keys["owner"])
		w := httptest.NewRecorder()
		b.door.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			bb.Fatalf("HTTP %d", w.Code)
		}
	}
}
