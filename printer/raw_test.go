package printer

import (
	"errors"
	"slices"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// Whoever may print has bytes of any kind printed by a queue that passes them on if
// that takes text, which ZPL is, or PostScript: that is for its owner to allow.
func TestTextIsRawOnARawQueue(t *testing.T) {
	formats := goipp.Attribute{Name: "document-format-supported"}
	for _, s := range []string{"application/octet-stream", "application/pdf", "application/postscript", "text/plain", "application/vnd.cups-raw"} {
		formats.Values.Add(goipp.TagMimeType, goipp.String(s))
	}
	queue := goipp.Attributes{
		goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String("labels")),
		goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)), formats,
	}
	for _, allowed := range []bool{false, true} {
		p, err := FromIPP(queue, Origin{Name: "labels", Source: SourceCUPS, Raw: allowed, Render: true})
		if err != nil || p.Kind != KindRaw {
			t.Fatalf("%s, %v", p.Kind, err)
		}
		for _, format := range []string{"text/plain", "application/postscript"} {
			_, err := PlanJob(p, gcp.CJT{}, format)
			if refused := errors.As(err, new(*ErrFormat)); refused == allowed {
				t.Errorf("allowed %v: %s: %v", allowed, format, err)
			}
			listed := slices.Contains(p.CDD.Printer.SupportedContentType, gcp.SupportedContentType{ContentType: format})
			if listed {
				t.Errorf("allowed %v: %s is offered", allowed, format)
			}
		}
	}
}
