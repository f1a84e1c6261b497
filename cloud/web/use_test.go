package web

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// Whatever a printer is called, the line for a terminal is one command, and the profile
// one document.
func TestStepsOfDevices(t *testing.T) {
	const at = "ipps://print.example.com:443/ipp/print/abc/at_secret"
	for name, want := range map[string]string{
		"Office 1":       "lpadmin -p Office-1 -E -v '" + at + "' -m everywhere",
		"'; rm -rf ~ #":  "lpadmin -p rm--rf -E -v '" + at + "' -m everywhere",
		"Zimmer für Öl!": "lpadmin -p Zimmer-f-r--l -E -v '" + at + "' -m everywhere",
		"打印机":            "lpadmin -p printer -E -v '" + at + "' -m everywhere",
	} {
		if got := cupsLine(name, at); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	if got, want := windowsLine("It's here", at), "Add-Printer -Name 'It''s here' -IppURL 'https://print.example.com:443/ipp/print/abc/at_secret'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// PowerShell ends a string at each of these (CharTraits.IsSingleQuote of its tokenizer);
	// two of them stand for one.
	for _, mark := range []string{"'", "\u2018", "\u2019", "\u201a", "\u201b"} {
		if got, want := windowsLine("a"+mark+"; calc", at), "-Name 'a"+mark+mark+"; calc' "; !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	text, err := profileOf(`<Lab> & "Co"`, at)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if s, ok := token.(xml.CharData); ok && strings.TrimSpace(string(s)) != "" {
			words = append(words, string(s))
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "true" || e.Name.Local == "false") {
			words = append(words, e.Name.Local)
		}
	}
	all := strings.Join(words, "|")
	for _, want := range []string{
		`PayloadDisplayName|<Lab> & "Co"|`, "IPAddress|print.example.com|", "ResourcePath|/ipp/print/abc/at_secret|", "Port|443|", "ForceTLS|true", "PayloadType|com.apple.airprint|",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the profile lacks %s: %s", want, all)
		}
	}
}
