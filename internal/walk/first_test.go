package walk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestFirstRun starts a service that knows nobody: the link it leaves makes the first
// account, the administrator's, and is worth nothing afterwards.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	h := enter(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, Empty: true})
	s.StartCloud()
	var link string
	lab.Until(t, time.Minute, "the set-up link", func() bool {
		b, err := os.ReadFile(filepath.Join(s.Dir, "cloud", "setup-link"))
		link = strings.TrimSpace(string(b))
		return err == nil && link != ""
	})
	tab := h.openAt(t, lab.View{}, s.Base)
	tab.Go(link)
	tab.Type("#email", lab.Owner)
	tab.Type("#name", "Olga <Owner>")
	tab.Type("#password", "short")
	tab.Type("#again", "short\r")
	if !lab.Ask[bool](tab, "is it refused", `document.querySelector("#password").matches(":invalid")`) {
		t.Error("a short password is good enough for the page")
	}
	again := h.openAt(t, lab.View{NoScript: true}, s.Base)
	again.Go(link)
	again.See("#email")
	tab.Fill("#password", lab.Password)
	tab.Fill("#again", lab.Password+"x\r")
	tab.Read("The two passwords differ.")
	tab.Fill("#password", lab.Password)
	tab.Fill("#again", lab.Password+"\r")
	tab.Read("There is no printer yet.")
	tab.Read(lab.Owner)
	tab.See(`nav a[href="/people"]`)

	// The link was spent meanwhile, in a tab that was open, and in one that opens it now.
	again.Type("#email", "eve@example.com")
	again.Type("#password", lab.Password)
	again.Type("#again", lab.Password+"\r")
	again.Read("the service is set up already")
	again.Go(link)
	again.Read("the service is set up already")
	if people := s.Cloud("user", "list"); !strings.Contains(people, lab.Owner) || strings.Contains(people, "eve@") {
		t.Errorf("the accounts are %s", people)
	}
}
