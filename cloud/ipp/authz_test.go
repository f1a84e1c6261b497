package ipp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// expected is what each operation answers to everybody: an IPP status as ok or in hex, or an
// HTTP status in three digits. The jobs are of sender; 403 there is HTTP's, 0403 IPP's
// client-error-not-authorized. wrong has a key that nobody gave, named one that is another
// person's, old an address that was revoked, and former one of somebody with whom the printer
// is not shared any more.
const expected = `
                                nobody wrong named old  stranger user sender manager owner administrator guest connector pair address former
Get-Printer-Attributes          ok     401   401   404  ok       ok   ok     ok      ok    ok            401   403       403  ok      404
Validate-Job                    401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Print-Job                       401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Create-Job                      401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Send-Document                   401    401   401   404  0403     0406 0509   0509    0509  0403          401   403       403  0509    404
Close-Job                       401    401   401   404  0406     0406 ok     ok      ok    0406          401   403       403  ok      404
Get-Job-Attributes              401    401   401   404  0406     0406 ok     ok      ok    0406          401   403       403  ok      404
Get-Jobs                        401    401   401   404  ok       ok   ok     ok      ok    ok            401   403       403  ok      404
Get-Printer-Supported-Values    401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Identify-Printer                401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Create-Printer-Subscriptions    401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Create-Job-Subscriptions        401    401   401   404  0406     0406 ok     ok      ok    0406          401   403       403  ok      404
Get-Subscriptions               401    401   401   404  0403     ok   ok     ok      ok    0403          401   403       403  ok      404
Get-Subscription-Attributes     401    401   401   404  0406     0406 ok     0406    0406  0406          401   403       403  ok      404
Get-Notifications               401    401   401   404  0403     0406 ok     0406    0406  0403          401   403       403  ok      404
Renew-Subscription              401    401   401   404  0406     0406 ok     0406    0406  0406          401   403       403  ok      404
Cancel-Subscription             401    401   401   404  0406     0406 ok     0406    0406  0406          401   403       403  ok      404
Cancel-My-Jobs                  401    401   401   404  ok       ok   ok     ok      ok    ok            401   403       403  ok      404
Cancel-Job                      401    401   401   404  0406     0406 ok     ok      ok    0406          401   403       403  ok      404
Pause-Printer                   0501   401   401   404  0501     0501 0501   0501    0501  0501          401   403       403  0501    404
`

func TestEveryOperationForEveryCaller(t *testing.T) {
	b := newBench(t)
	revoked, a, err := b.oauth.MakeAddress(t.Context(), b.people["sender"].User.ID, b.printer, "lost phone")
	b.ok(err)
	b.ok(b.oauth.RevokeAddress(t.Context(), b.people["sender"].User.ID, a.ID))
	address := b.address("sender")
	share := cloud.ShareRequest{Printer: b.printer, Scope: "stranger@example.org", Role: gcp.RoleUser}
	b.ok(b.service.Share(t.Context(), b.people["owner"], share))
	_, err = b.service.ProcessInvite(t.Context(), b.people["stranger"], b.printer, true)
	b.ok(err)
	former := b.address("stranger")
	b.must(ask{op: goipp.OpPrintJob, secret: former, doc: pdf()})
	b.ok(b.service.Unshare(t.Context(), b.people["owner"], share))
	ops := map[string]goipp.Op{}
	ops["Get-Job-Attributes"] = goipp.OpGetJobAttributes // which goipp spells otherwise
	for op := goipp.Op(1); op < 0x60; op++ {
		ops[op.String()] = op
	}
	var columns []string
	told := map[goipp.Op]bool{}
	for line := range strings.Lines(strings.TrimSpace(expected)) {
		words := strings.Fields(line)
		if columns == nil {
			columns = words
			continue
		}
		op, ok := ops[words[0]]
		if !ok {
			t.Fatalf("no operation %s", words[0])
		}
		told[op] = true
		for i, who := range columns {
			request := b.about(op)
			switch who {
			case "nobody":
			case "wrong":
				request.bearer = "platen_" + strings.Repeat("A", 26)
			case "named":
				request.basic = [2]string{"user@example.org", b.keys["sender"]}
			case "old":
				request.secret = revoked.Reveal()
			case "address":
				request.secret = address
			case "former":
				request.secret = former
			case "connector":
				request.bearer = b.robotToken()
			case "sender": // by name and key, as most systems sign in
				request.basic = [2]string{"Sender@example.org", b.keys["sender"]}
			default:
				request.bearer = b.keys[who]
			}
			if got := answerOf(b.send(request)); got != words[i+1] {
				t.Errorf("%s by %s: %s, want %s", words[0], who, got, words[i+1])
			}
		}
	}
	m := b.must(ask{op: goipp.OpGetPrinterAttributes})
	for _, v := range ippwords.First(m.Printer, "operations-supported") {
		if op := goipp.Op(v.V.(goipp.Integer)); !told[op] {
			t.Errorf("nobody wrote down who may %s", op)
		}
	}
	if log := b.log.String(); strings.Contains(log, address) || strings.Contains(log, revoked.Reveal()) || strings.Contains(log, b.keys["sender"]) {
		t.Error("a secret is in the log")
	}
}

// answerOf is an answer in the words of the table.
func answerOf(m *goipp.Message, code int) string {
	switch {
	case code != http.StatusOK:
		return fmt.Sprint(code)
	case m.Code < 0x0100:
		return "ok"
	}
	return fmt.Sprintf("%04x", int(m.Code))
}

// about is a request about a job, or a subscription, of sender that was made for it.
func (b *bench) about(op goipp.Op) ask {
	b.t.Helper()
	request := ask{op: op}
	switch op {
	case goipp.OpPrintJob:
		request.doc = pdf()
	case goipp.OpSendDocument:
		request.attrs = goipp.Attributes{integer("job-id", b.print("sender")), flag("last-document", true)}
		request.doc = pdf()
	case goipp.OpCloseJob, goipp.OpGetJobAttributes, goipp.OpCancelJob:
		request.attrs = goipp.Attributes{integer("job-id", b.print("sender"))}
	case goipp.OpCreateJobSubscriptions:
		request.attrs = goipp.Attributes{integer("notify-job-id", b.print("sender"))}
		request.subs = []goipp.Attributes{{keyword("notify-pull-method", "ippget")}}
	case goipp.OpCreatePrinterSubscriptions:
		request.subs = []goipp.Attributes{{keyword("notify-pull-method", "ippget")}}
	case goipp.OpGetSubscriptionAttributes, goipp.OpRenewSubscription, goipp.OpCancelSubscription:
		request.attrs = goipp.Attributes{integer("notify-subscription-id", b.subscription("sender", "job-completed"))}
	case goipp.OpGetNotifications:
		request.attrs = goipp.Attributes{integer("notify-subscription-ids", b.subscription("sender", "job-completed"))}
	}
	return request
}

func (b *bench) subscription(who string, events ...string) int {
	b.t.Helper()
	a := goipp.Attribute{Name: "notify-events"}
	for _, e := range events {
		a.Values.Add(goipp.TagKeyword, goipp.String(e))
	}
	m := b.must(ask{op: goipp.OpCreatePrinterSubscriptions, bearer: b.keys[who], subs: []goipp.Attributes{{keyword("notify-pull-method", "ippget"), a}}})
	b.must(ask{op: goipp.OpGetSubscriptions, bearer: b.keys[who]})
	return ippserver.Integer(m.Subscription, "notify-subscription-id", 0)
}

// robotToken is an access token of the connector.
func (b *bench) robotToken() string {
	b.t.Helper()
	code, err := b.oauth.RobotCode(b.t.Context(), b.robot.Robot.ID, "c")
	b.ok(err)
	w := exchange(b, code)
	return w
}

// Whoever may not print here is shown what every client asks for before it signs in, and
// not whose printer it is, where it stands, how busy it is or what is in its trays.
func TestStrangersSeeLittle(t *testing.T) {
	b := newBench(t)
	location := "Secret floor"
	_, err := b.service.UpdatePrinter(t.Context(), b.people["owner"], b.printer, fieldsWithLocation(location))
	b.ok(err)
	b.print("sender")
	for _, who := range []string{"nobody", "stranger"} {
		m := b.must(ask{op: goipp.OpGetPrinterAttributes, bearer: b.keys[who]})
		for _, a := range m.Printer {
			if s := a.Values.String(); strings.Contains(s, "Secret") {
				t.Errorf("%s sees %s: %s", who, a.Name, s)
			}
		}
		if v := ippwords.First(m.Printer, "queued-job-count"); len(v) != 1 || v[0].T != goipp.TagUnknown {
			t.Errorf("%s sees queued-job-count %v", who, v)
		}
		jobs, _ := b.send(ask{op: goipp.OpGetJobs, bearer: b.keys[who], attrs: goipp.Attributes{keyword("which-jobs", "all")}})
		if jobs != nil && len(jobs.Job) > 0 {
			t.Errorf("%s sees jobs", who)
		}
	}
	m := b.must(ask{op: goipp.OpGetPrinterAttributes, bearer: b.keys["user"]})
	if got := ippserver.Text(m.Printer, "printer-location"); got != location {
		t.Errorf("the user sees the location %q", got)
	}
	if got := ippserver.Text(m.Printer, "printer-name"); got != "Secret office" {
		t.Errorf("the user sees the name %q", got)
	}
}

// requesting-user-name is what anybody may claim.
func TestNamesAreNotBelieved(t *testing.T) {
	b := newBench(t)
	number := b.print("sender")
	as := goipp.Attributes{name("requesting-user-name", "sender@example.org")}
	if m, _ := b.send(ask{op: goipp.OpCancelJob, bearer: b.keys["user"], attrs: append(as, integer("job-id", number))}); status(m) != goipp.StatusErrorNotFound {
		t.Errorf("Cancel-Job in another's name: %s", status(m))
	}
	b.must(ask{op: goipp.OpPrintJob, bearer: b.keys["user"], attrs: as, doc: pdf()})
	if owner := b.newest().OwnerEmail; owner != "user@example.org" {
		t.Errorf("the job is %s's", owner)
	}
	b.must(ask{op: goipp.OpCancelMyJobs, bearer: b.keys["user"], attrs: as})
	m := b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["sender"], attrs: goipp.Attributes{integer("job-id", number)}})
	if s := ippserver.Integer(m.Job, "job-state", 0); s != 3 {
		t.Errorf("the job of the person named is in state %d", s)
	}
	if got := ippserver.Text(m.Job, "job-originating-user-name"); got != "sender@example.org" {
		t.Errorf("job-originating-user-name is %q", got)
	}
}

// A way to sign in that is missing is asked for by HTTP, with every way there is.
func TestChallenge(t *testing.T) {
	b := newBench(t)
	head, err := b.message(ask{op: goipp.OpGetJobs}).EncodeBytes()
	b.ok(err)
	resp, err := http.Post(b.url+b.path(""), ippserver.ContentType, strings.NewReader(string(head)))
	b.ok(err)
	defer func() { _ = resp.Body.Close() }()
	ways := resp.Header.Values("WWW-Authenticate")
	if resp.StatusCode != http.StatusUnauthorized || !slices.ContainsFunc(ways, func(w string) bool { return strings.HasPrefix(w, "Basic ") }) ||
		!slices.ContainsFunc(ways, func(w string) bool { return strings.HasPrefix(w, "Bearer ") }) {
		t.Errorf("HTTP %d, %q", resp.StatusCode, ways)
	}
}

// A client that waits before it sends a document hears at once that it must sign in, and
// not in the middle of it.
func TestChallengeBeforeTheDocument(t *testing.T) {
	b := newBench(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	b.ok(err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST "+b.path("")+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/ipp\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
	b.ok(err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	b.ok(err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("HTTP %d, want 401 and nothing before it", resp.StatusCode)
	}
}
