package walk

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
)

// TestPairByCode pairs a connector with the code that its terminal shows: the page says
// which machine asks, from where, and what it would add, and its printer appears after
// the person has allowed it. The address in the QR code has the code in it, and leads to
// the same question by way of the sign-in.
func TestPairByCode(t *testing.T) {
	t.Parallel()
	h := enter(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("upstairs", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, CUPS: []string{cups.Socket}})
	s.StartCloud()
	pairing := exec.Command(filepath.Join(h.bin, "platen"), "--config", filepath.Join(s.Dir, "platen.toml"), "pair", s.Base)
	code, paired := output(t, pairing, regexp.MustCompile(`^\s+[A-Z0-9-]{8,}$`))
	code = strings.TrimSpace(code)

	tab := h.openAt(t, lab.Phone(), s.Base)
	tab.Go(s.Base + "/pair")
	tab.Type("#email", lab.Owner)
	tab.Type("#password", lab.Password+"\r")
	tab.Type("#code", "WRONGONE\r")
	tab.See(`.problem[role="alert"]`)
	tab.Until("what was typed", `document.querySelector("#code").value === "WRONGONE"`)
	lab.Ask[string](tab, "clear the field", `document.querySelector("#code").value = ""`)
	tab.Type("#code", strings.ToLower(code)+"\r")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	tab.Until("the question", `document.querySelector('button[value="allow"]')`)
	scanned := h.openAt(t, lab.Phone(), s.Base)
	scanned.Go(s.Base + "/pair?user_code=" + code)
	scanned.Type("#email", lab.Owner)
	scanned.Type("#password", lab.Password+"\r")
	for _, each := range []*lab.Tab{tab, scanned} {
		for _, words := range []string{"A Platen connector wants to act in your name", host, "127.0.0.1", "upstairs", code} {
			each.Read(words)
		}
		handy(t, each)
	}
	tab.Click(`button[value="allow"]`)
	tab.Read("The device may go on.")
	<-paired
	s.StartConnector()
	s.Printer("upstairs")
	tab.Go(s.Base + "/printers")
	tab.See("[data-printer]")
	tab.Read("upstairs")
	tab.Go(s.Base + "/connectors")
	tab.Read(host)
	tab.Read("Online")
	tab.UntilLoaded("how fast it answers", `document.querySelector("main").innerText.includes("Answers within")`)
}
