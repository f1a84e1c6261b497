package walk

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestLinkIsSpent opens an administrator's link for a new password twice: the second
// time it is worth nothing, and the password of the first time counts.
func TestLinkIsSpent(t *testing.T) {
	t.Parallel()
	h := enter(t)
	const forgetful, fresh = "forgetful@example.com", "a password of one's own"
	h.Cloud("user", "add", forgetful, "--password-stdin")
	admin, own := h.signedIn(t), h.open(t, lab.View{})
	admin.Go(h.Base + "/people?q=" + url.QueryEscape(forgetful))
	admin.Click(`main table a[href^="/people/"]`)
	admin.Click(`form[action$="/reset"] button`)
	admin.Read("It is shown this once")
	link := lab.Ask[string](admin, "the link", `document.querySelector("main input.secret").value`)
	own.Go(link)
	own.Type("#password", fresh)
	own.Type("#again", fresh+"\r")
	own.See(`nav a[href="/printers"]`)
	thief := h.open(t, lab.View{})
	thief.Go(link)
	thief.Read("This link was used already, or is too old.")
	for password, opens := range map[string]bool{lab.Password: false, fresh: true} {
		tab := h.open(t, lab.View{})
		tab.Go(h.Base + "/signin")
		tab.Type("#email", forgetful)
		tab.Type("#password", password+"\r")
		if opens {
			tab.See(`nav a[href="/printers"]`)
		} else {
			tab.See(`.problem[role="alert"]`)
		}
	}
}

// TestSentTwice sends a document, of which the answer is lost because the service dies
// with SIGKILL, again: from the same tab, and from a second one with the same
// form. It is one job, and one document comes out.
func TestSentTwice(t *testing.T) {
	t.Parallel()
	h := enter(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("twice", "")
	cups.Run("cupsdisable", "twice")
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, CUPS: []string{cups.Socket}})
	s.Start()
	cable := lab.NewCable(t)
	cable.Serve(strings.TrimPrefix(s.Base, "http://"))
	base := "http://" + cable.Addr()
	page := base + "/printers/" + s.Printer("twice") + "/print"
	doc := file(t, "once.pdf", pages(1))
	first := h.openAt(t, lab.View{}, base)
	first.SignIn(base, lab.Owner)
	second := watch(t, first.Twin(t), base)
	key := ""
	for _, tab := range []*lab.Tab{first, second} {
		tab.Go(page)
		if key == "" {
			key = lab.Ask[string](tab, "the form's key", `document.querySelector('#print [name="key"]').value`)
		}
		lab.Ask[string](tab, "have the same form", fmt.Sprintf(`document.querySelector('#print [name="key"]').value = %q`, key))
		tab.Choose("#document", doc)
		tab.Read("once.pdf")
	}
	cable.CutAnswers()
	first.Click("#send")
	var job string
	lab.Until(t, time.Minute, "the job at the service", func() bool {
		a, err := s.Call("jobs", nil)
		if err == nil && len(a.Jobs) == 1 {
			job = a.Jobs[0].ID
		}
		return job != ""
	})
	s.KillCloud()
	cable.Drop()
	cable.Heal()
	first.Read("The connection was lost. Try again: nothing is printed twice.")
	s.StartCloud()
	for name, tab := range map[string]*lab.Tab{"the second tab": second, "the first tab again": first} {
		tab.Click("#send")
		if got := jobOf(tab); got != job {
			t.Errorf("%s made the job %s beside %s", name, got, job)
		}
	}
	cups.Run("cupsenable", "twice")
	state(first, "Printed")
	a, err := s.Call("jobs", nil)
	if err != nil || len(a.Jobs) != 1 || cups.Runs("twice", 1) != 1 {
		t.Errorf("there are the jobs %+v, %v", a.Jobs, err)
	}
}

// TestPrinterIsOff prints on a printer that is off: its page, the dialog and the page of the
// job say that it does not answer, the document waits, and comes out when it is back,
// without a reload.
func TestPrinterIsOff(t *testing.T) {
	t.Parallel()
	h := enter(t)
	eve := lab.IPPEve(t, lab.EveOptions{Name: "off"})
	h.Platen("printer", "add", eve.URI, "--name", "off")
	page := h.Base + "/printers/" + h.Printer("off")
	eve.Kill()
	tab, printer, dialog := h.signedIn(t), h.signedIn(t), h.signedIn(t)
	printer.Go(page)
	mark(printer)
	dialog.Go(page + "/print")
	mark(dialog)
	job := send(tab, page, file(t, "patience.pdf", pages(1)))
	mark(tab)
	for _, each := range []*lab.Tab{printer, dialog, tab} {
		each.Until("it is off", `document.querySelector('[data-printer] [data-part="state"]').textContent.includes("does not answer")`)
	}
	if j, err := h.Job(job); err != nil || j.Ended() {
		t.Errorf("the job is %+v, %v", j, err)
	}
	eve.Start()
	state(tab, "Printed")
	for _, each := range []*lab.Tab{printer, dialog, tab} {
		each.Until("it is back", `document.querySelector('[data-printer] [data-part="state"]').textContent.startsWith("Ready")`)
		same(t, each)
	}
	if n := len(eve.Documents()); n != 1 {
		t.Errorf("%d documents came out", n)
	}
}
