package cups_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/gcp"
	"platen/internal/lab"
)

// subscribe makes a subscription of our name on a server, as a program does that is
// killed before it ends it.
func subscribe(t *testing.T, c *lab.CUPSServer, user, data string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "subscribe.test")
	test := `{
	OPERATION Create-Printer-Subscriptions
	GROUP operation-attributes-tag
	ATTR charset attributes-charset utf-8
	ATTR language attributes-natural-language en
	ATTR uri printer-uri ipp://localhost/
	ATTR name requesting-user-name ` + user + `
	GROUP subscription-attributes-tag
	ATTR keyword notify-pull-method ippget
	ATTR keyword notify-events job-completed
	ATTR integer notify-lease-duration 3600
	ATTR octetString notify-user-data ` + data + `
	STATUS successful-ok
}
`
	if err := os.WriteFile(file, []byte(test), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Run("ipptool", "-q", "ipp://"+c.Addr+"/", file)
}

// CUPS gives MaxSubscriptions and no more. What a killed connector left is ended by
// the next one, which hears of its jobs and queues again.
func TestLeftSubscriptionsAreEnded(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{Directives: "MaxSubscriptions 3\n"})
	c.AddNull("null")
	subscribe(t, c, "platen", "platen")
	subscribe(t, c, "platen", "platen-queues")
	subscribe(t, c, "carol", "platen")
	s, doc := watching(t, onCUPS(t, c)), pdf(1000)
	wantState(t, finish(t, s.System, begin(t, s.System, newJob("null", doc), doc)), gcp.StateOf(gcp.JobDone))
	got := c.Run("ipptool", "-tv", "ipp://"+c.Addr+"/", "get-subscriptions.test")
	if n := strings.Count(got, "notify-subscription-id (integer)"); n != 3 {
		t.Errorf("the server has %d subscriptions, want carol's and our two:\n%s", n, got)
	}
	c.Run("cupsdisable", "null")
	become(t, s, "null", gcp.PrinterStopped, "")
}

// Where others have all subscriptions that a server gives, jobs and queues are asked
// for.
func TestNoSubscriptionLeft(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{Directives: "MaxSubscriptions 1\n"})
	c.AddNull("null")
	subscribe(t, c, "carol", "hers")
	s, doc := watching(t, onCUPS(t, c)), pdf(1000)
	wantState(t, finish(t, s.System, begin(t, s.System, newJob("null", doc), doc)), gcp.StateOf(gcp.JobDone))
	c.Run("cupsdisable", "null")
	become(t, s, "null", gcp.PrinterStopped, "")
}

// A server that tells us nothing of its subscriptions gives some all the same.
func TestSubscriptionsNotTold(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{Directives: `AccessLogLevel all
DefaultPolicy closed
<Policy closed>
  <Limit Get-Subscriptions>
    Require user carol
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>`})
	watching(t, onCUPS(t, c))
	eventually(t, "the server to give a subscription", func() bool {
		asked, err := os.ReadFile(filepath.Join(c.Dir, "log", "access_log"))
		return err == nil && strings.Contains(string(asked), "Create-Printer-Subscriptions successful-ok")
	})
}
