package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

var olderLink = regexp.MustCompile(`href="(/audit\?before=\d+)"`)

func TestAuditLog(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	for i := range 250 {
		note := fmt.Sprintf("did <%d>", i)
		e := cloud.Event{Time: time.Now(), Kind: cloud.EventAudit, Printer: p, User: w.user.ID, By: w.user.ID, Note: note}
		if err := w.db.PutShare(t.Context(), cloud.Share{Printer: p, Scope: "x@example.com"}, e); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	did := regexp.MustCompile(`did &lt;\d+&gt;`)
	pages, path := 0, "/audit"
	for ; path != "" && pages < 10; pages++ {
		page, resp := w.get(path)
		if resp.StatusCode != http.StatusOK || !strings.Contains(page, email) || !strings.Contains(page, string(p)) {
			t.Fatalf("%s: %s\n%s", path, resp.Status, page)
		}
		if newest := strings.Contains(page, "did &lt;249&gt;"); newest != (pages == 0) {
			t.Errorf("page %d has the newest: %v", pages, newest)
		}
		for _, text := range did.FindAllString(page, -1) {
			seen[text]++
		}
		if path = ""; olderLink.MatchString(page) {
			path = olderLink.FindStringSubmatch(page)[1]
		}
	}
	if len(seen) != 250 || pages != 3 {
		t.Errorf("%d entries on %d pages", len(seen), pages)
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", text, n)
		}
	}
	for _, wrong := range []string{"x", "-1", "0", "99999999999999999999"} {
		if _, resp := w.get("/audit?before=" + wrong); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("before %s: %s", wrong, resp.Status)
		}
	}
}

func TestAuditLogIsForAdministrators(t *testing.T) {
	w := start(t)
	if _, resp := w.get("/audit"); resp.URL.Path != "/signin" {
		t.Errorf("without a session: %v", resp.URL)
	}
	w.signInAs("eve@example.com")
	page, resp := w.get("/audit")
	if resp.StatusCode != http.StatusForbidden || strings.Contains(page, `href="/audit"`) {
		t.Errorf("another person: %s\n%s", resp.Status, page)
	}
}

// The log is searched by person, printer and day, and given as files for other programs.
func TestAuditLogIsSearchedAndSaved(t *testing.T) {
	w := start(t)
	w.signIn()
	p, other := w.addPrinter("q"), w.addPrinter("r")
	add := func(at string, by cloud.UserID, of gcp.PrinterID, note string) {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		e := cloud.Event{Time: when, Kind: cloud.EventAudit, Printer: of, User: w.user.ID, By: by, Note: note}
		if err := w.db.PutShare(t.Context(), cloud.Share{Printer: of, Scope: "x@example.com"}, e); err != nil {
			t.Fatal(err)
		}
	}
	add("2001-02-03T23:59:59Z", w.user.ID, p, "entry one")
	add("2001-02-04T00:00:00Z", "gone", other, "=entry two")
	add("2001-02-05T00:00:00Z", cloud.Operator, p, "entry three")
	for query, want := range map[string]string{
		"from=2001-02-03&to=2001-02-05":                         "three two one",
		"to=2001-02-03":                                         "one",
		"from=2001-02-04&to=2001-02-04":                         "two",
		"who=ADA@example.com&to=2001-02-05":                     "one",
		"who=operator&to=2001-02-05":                            "three",
		"who=gone&to=2001-02-05":                                "two",
		"who=nobody@example.com":                                "",
		"to=2001-02-05&printer=" + string(p):                    "three one",
		"to=2001-02-05&who=operator&printer=" + string(other):   "",
		"to=2001-02-05&who=operator&printer=" + string(p) + "&": "three",
	} {
		page, resp := w.get("/audit?" + query)
		var have []string
		for _, m := range regexp.MustCompile(`entry (\w+)`).FindAllStringSubmatch(page, -1) {
			have = append(have, m[1])
		}
		if got := strings.Join(have, " "); got != want || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %q, want %q (%s)", query, got, want, resp.Status)
		}
	}
	for _, wrong := range []string{"from=x", "to=2001-02-30", "before=x"} {
		for _, path := range []string{"/audit", "/audit.csv", "/audit.jsonl"} {
			if _, resp := w.get(path + "?" + wrong); resp.StatusCode != http.StatusBadRequest {
				t.Errorf("%s?%s: %s", path, wrong, resp.Status)
			}
		}
	}
	table, resp := w.get("/audit.csv?to=2001-02-04")
	want := "time,who,who_id,what,printer,job,connector\n" +
		"2001-02-04T00:00:00Z,gone,gone,'=entry two," + string(other) + ",,\n" +
		"2001-02-03T23:59:59Z,ada@example.com," + string(w.user.ID) + ",entry one," + string(p) + ",,\n"
	if table != want || !strings.Contains(resp.Header.Get("Content-Disposition"), "audit.csv") {
		t.Errorf("the table is\n%s\nwant\n%s", table, want)
	}
}

// A file has what no page shows at once, and each entry once.
func TestAuditFilesAreWhole(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	const entries = 1200 // more than one read
	var events []cloud.Event
	for i := range entries {
		events = append(events, cloud.Event{Time: time.Now(), Kind: cloud.EventAudit, Printer: p, By: w.user.ID, Note: fmt.Sprint("did ", i)})
	}
	if err := w.db.PutShare(t.Context(), cloud.Share{Printer: p, Scope: "x@example.com"}, events...); err != nil {
		t.Fatal(err)
	}
	text, _ := w.get("/audit.jsonl?printer=" + string(p))
	n := entries
	for line := range strings.Lines(text) {
		var e struct{ Who, What string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if n--; e.What != fmt.Sprint("did ", n) || e.Who != email {
			t.Fatalf("entry %d is %+v", n, e)
		}
	}
	if n != 0 {
		t.Errorf("%d entries are missing", n)
	}
}
