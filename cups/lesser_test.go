package cups_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/cups"
	"platen/gcp"
	"platen/internal/vprinter"
	"platen/printer"
)

// fussy serves a virtual printer that refuses what refuse says, before it reads on.
func fussy(t *testing.T, refuse func(*goipp.Message) (goipp.Status, []string)) (*vprinter.Printer, string) {
	t.Helper()
	v, err := vprinter.New(vprinter.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var all bytes.Buffer
		if _, err := all.ReadFrom(r.Body); err != nil {
			return
		}
		var m goipp.Message
		if err := m.Decode(bytes.NewReader(all.Bytes())); err != nil {
			t.Error(err)
			return
		}
		status, names := refuse(&m)
		if status == goipp.StatusOk {
			r.Body = readCloser{bytes.NewReader(all.Bytes())}
			v.ServeHTTP(w, r)
			return
		}
		groups := goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: goipp.Attributes{
			goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
			goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
		}}}
		if len(names) > 0 {
			u := goipp.Group{Tag: goipp.TagUnsupportedGroup}
			for _, n := range names {
				u.Attrs.Add(goipp.MakeAttribute(n, goipp.TagUnsupportedValue, goipp.Void{}))
			}
			groups.Add(u)
		}
		out, err := goipp.NewMessageWithGroups(goipp.MakeVersion(2, 0), goipp.Code(status), m.RequestID, groups).EncodeBytes()
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", goipp.ContentType)
		_, _ = w.Write(out) // else the client says so
	}))
	t.Cleanup(srv.Close)
	return v, "ipp://" + srv.Listener.Addr().String() + vprinter.Path
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func creates(m *goipp.Message) bool { return goipp.Op(m.Code) == goipp.OpCreateJob }

// Options that hardly matter are left out when the printer refuses them; others are
// named in the refusal.
func TestRefusedOptions(t *testing.T) {
	for _, c := range []struct {
		refused string
		prints  bool
	}{{"printer-resolution", true}, {"output-bin", true}, {"media-col", false}} {
		v, uri := fussy(t, func(m *goipp.Message) (goipp.Status, []string) {
			if creates(m) && slices.ContainsFunc(m.Job, func(a goipp.Attribute) bool { return a.Name == c.refused }) {
				return goipp.StatusErrorAttributesOrValues, []string{c.refused}
			}
			return goipp.StatusOk, nil
		})
		s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
		doc := pdf(1000)
		j := newJob("v", doc)
		j.Attributes = goipp.Attributes{
			goipp.MakeAttribute("sides", goipp.TagKeyword, goipp.String("one-sided")),
			goipp.MakeAttribute(c.refused, goipp.TagKeyword, goipp.String("x")),
		}
		l, err := s.Create(t.Context(), j)
		var e *printer.Error
		switch {
		case c.prints && !slices.Equal(l.Refused, []string{c.refused}):
			t.Errorf("%s: refused are %q", c.refused, l.Refused)
		case c.prints:
			if err != nil {
				t.Errorf("%s: %v", c.refused, err)
				continue
			}
			got := v.Jobs()[0].Attributes
			if slices.ContainsFunc(got, func(a goipp.Attribute) bool { return a.Name == c.refused }) || len(got) == 0 {
				t.Errorf("%s: the printer got %v", c.refused, got)
			}
		case !errors.As(err, &e) || !e.State.Equal(gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)) || !strings.Contains(e.Text, c.refused):
			t.Errorf("%s: %v", c.refused, err)
		}
	}
}

// A name that is too long for the printer is cut, and the job is found by it all the
// same.
func TestNameTooLong(t *testing.T) {
	var mu sync.Mutex
	var names []string
	_, uri := fussy(t, func(m *goipp.Message) (goipp.Status, []string) {
		for _, a := range m.Operation {
			if creates(m) && a.Name == "job-name" {
				mu.Lock()
				names = append(names, a.Values[0].V.String())
				mu.Unlock()
				if len(a.Values[0].V.String()) > 63 {
					return goipp.StatusErrorRequestValue, nil
				}
			}
		}
		return goipp.StatusOk, nil
	})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
	doc := pdf(1000)
	j := newJob("v", doc)
	j.Title = strings.Repeat("Überweisung ", 20)
	wantState(t, finish(t, s, begin(t, s, j, doc)), gcp.StateOf(gcp.JobDone))
	if len(names) != 2 || !strings.HasSuffix(names[1], "["+string(j.ID)+"]") {
		t.Errorf("the printer was told %q", names)
	}
}

// What each refusal means for the job.
func TestRefusals(t *testing.T) {
	for status, want := range map[goipp.Status]gcp.JobState{
		goipp.StatusErrorDocumentFormatNotSupported: gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType),
		goipp.StatusErrorDocumentFormatError:        gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType),
		goipp.StatusErrorConflicting:                gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket),
		goipp.StatusErrorRequestEntity:              gcp.ByService(gcp.JobAborted, gcp.ServiceFileTooBig),
		goipp.StatusErrorNotFound:                   gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted),
		goipp.StatusErrorGone:                       gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted),
		goipp.StatusErrorForbidden:                  gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther),
		goipp.StatusErrorNotAuthenticated:           gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther),
		goipp.StatusErrorNotAuthorized:              gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther),
		goipp.StatusErrorDocumentPassword:           gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
		goipp.StatusErrorDocumentUnprintable:        gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
		goipp.StatusErrorAccountLimitReached:        gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
		goipp.StatusErrorNotAcceptingJobs:           gcp.ByUser(gcp.JobStopped, gcp.UserPaused),
		goipp.StatusErrorPrinterIsDeactivated:       gcp.ByUser(gcp.JobStopped, gcp.UserPaused),
	} {
		_, uri := fussy(t, func(m *goipp.Message) (goipp.Status, []string) {
			if creates(m) {
				return status, nil
			}
			return goipp.StatusOk, nil
		})
		s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
		_, err := s.Create(t.Context(), newJob("v", pdf(100)))
		var e *printer.Error
		if !errors.As(err, &e) || !e.State.Equal(want) || e.Temporary() != (want.Type == gcp.JobStopped) || e.Text == "" {
			t.Errorf("%v: %v, want %s %s", status, err, want.Type, want.Cause())
		}
	}
}
