package walk

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
)

// TestProviderSignsIn signs somebody in at an OpenID Connect provider that others
// wrote, and comes back to the page that was asked for, without a password here.
func TestProviderSignsIn(t *testing.T) {
	t.Parallel()
	h := enter(t)
	node, modules := lab.Node(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin})
	people := file(t, "people.json", []byte(`{"bob": {"email": "bob@example.com", "email_verified": true, "name": "Bob B", "groups": ["art"]}}`))
	provider := exec.Command(node, "../../cloud/web/testdata/provider.mjs", modules, people, s.Base+"/oidc/callback")
	issuer, _ := output(t, provider, regexp.MustCompile(`^http://\S+`))
	settings, err := os.OpenFile(filepath.Join(s.Dir, "cloud.toml"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintf(settings, "[oidc]\nissuer = %q\nclient_id = \"platen\"\nclient_secret = \"a secret of the client\"\nname = \"Example\"\ncreate_accounts = true\nscopes = [\"groups\"]\ngroups_claim = \"groups\"\n", issuer)
	}
	if err == nil {
		err = settings.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.StartCloud()
	tab := h.openAt(t, lab.View{}, s.Base, issuer)
	tab.Go(s.Base + "/jobs")
	tab.See("#password")
	tab.Click(`a[href^="/oidc/start"]`)
	tab.Type(`[name="login"]`, "bob")
	tab.Type(`[name="password"]`, "any\r")
	tab.See(`[name="prompt"][value="consent"] ~ button`)
	tab.Click(`[name="prompt"][value="consent"] ~ button`)
	tab.See(`nav a[href="/jobs"][aria-current]`)
	tab.Read("bob@example.com")
	if accounts := s.Cloud("user", "list"); !strings.Contains(accounts, "bob@example.com") {
		t.Errorf("the accounts are %s", accounts)
	}
}
