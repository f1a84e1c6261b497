package web

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"platen/gcp"
)

// Each address of a person is on the account's page and can be removed there, also one at a
// printer that the person cannot see.
func TestAddressesOfLostPrinters(t *testing.T) {
	w := start(t)
	w.signIn()
	here := w.addPrinter("one")
	ids := map[string]string{}
	for label, p := range map[string]gcp.PrinterID{"laptop": here, "phone": "elsewhere"} {
		_, a, err := w.oauth.MakeAddress(t.Context(), w.user.ID, p, label)
		if err != nil {
			t.Fatal(err)
		}
		ids[label] = "/printers/" + string(p) + "/use/" + a.ID + "/revoke"
	}
	page, _ := w.get("/account")
	for _, want := range []string{">laptop<", ">phone<", ">one<", ">A printer that you may not use now<", ids["laptop"], ids["phone"]} {
		if !strings.Contains(page, want) {
			t.Errorf("the account's page lacks %s", want)
		}
	}
	for label, to := range map[string]string{"phone": "/account", "laptop": "/printers/" + string(here) + "/use"} {
		if _, a := w.fill(ids[label]); a.StatusCode != http.StatusOK || a.URL.Path != to {
			t.Errorf("removed %s: %s at %s", label, a.Status, a.URL)
		}
	}
	if list, err := w.oauth.Addresses(t.Context(), w.user.ID, ""); err != nil || len(list) != 0 {
		t.Errorf("left: %+v, %v", list, err)
	}
	if page, _ := w.get("/account"); strings.Contains(page, "Devices that print as you") {
		t.Error("a list of nothing is shown")
	}
}

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
