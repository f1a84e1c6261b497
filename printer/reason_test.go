package printer_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

func numbers(name string, values ...int) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagInteger, goipp.Integer(v))
	}
	return a
}

func enum(name string, v int) goipp.Attribute {
	return goipp.MakeAttribute(name, goipp.TagEnum, goipp.Integer(v))
}

// The supplies of finisher, by their names.
const (
	black   = "Black Toner"
	cyan    = "Cyan Toner" // of which nothing is left
	drum    = "Drum"
	waste   = "Waste Toner Box"
	staples = "Staples"
)

// finisher is a printer with several of each unit.
func finisher(state int, reasons []string, more ...goipp.Attribute) goipp.Attributes {
	return append(goipp.Attributes{
		enum("printer-state", state), kw("printer-state-reasons", reasons...),
		kw("media-source-supported", "auto", "tray-1", "tray-2"), kw("output-bin-supported", "top", "stacker-1"),
		kw("document-format-supported", "application/pdf"),
		kw("marker-names", black, cyan, drum, waste, staples), kw("marker-types", "toner", "toner", "opc", "waste-toner", "staples"),
		numbers("marker-levels", 50, 0, 40, 10, 30), numbers("marker-low-levels", 5, 5, 5, 0, 5),
		numbers("marker-high-levels", 100, 100, 100, 95, 100),
	}, more...)
}

func stateOf(t *testing.T, attrs goipp.Attributes, l printer.Lasted) gcp.PrinterState {
	t.Helper()
	p, err := printer.FromIPP(attrs, printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://h/p", Lasted: l})
	if err != nil {
		t.Fatal(err)
	}
	if p.State.Printer == nil {
		t.Fatal("no state")
	}
	return *p.State.Printer
}

// unitStates returns the states of units that are not OK, as "kind/id=STATE".
func unitStates(s gcp.PrinterState) []string {
	var out []string
	add := func(kind string, u *gcp.UnitStates) {
		if u == nil {
			return
		}
		for _, i := range u.Item {
			if i.State != gcp.UnitOK {
				_, id, ok := strings.Cut(i.VendorID, ":")
				if !ok {
					id = i.VendorID
				}
				out = append(out, kind+"/"+id+"="+string(i.State))
			}
		}
	}
	add("tray", s.InputTrayState)
	add("bin", s.OutputBinState)
	add("marker", s.MarkerState)
	add("cover", s.CoverState)
	add("path", s.MediaPathState)
	slices.Sort(out)
	return out
}

func vendorStates(s gcp.PrinterState) []string {
	var out []string
	if s.VendorState != nil {
		for _, i := range s.VendorState.Item {
			out = append(out, string(i.State)+" "+i.Description)
		}
	}
	return out
}

// jobUnder is the state of a job that is being printed while its printer gives a
// reason, and has done so for a minute.
func jobUnder(reason string) gcp.JobState {
	l := printer.Lasted{Away: time.Minute, Fault: time.Minute}
	return printer.JobStatusFromIPP(goipp.Attributes{enum("job-state", 5)},
		goipp.Attributes{enum("printer-state", 4), kw("printer-state-reasons", reason)}, l).State
}

// trays, bins and so on are what all units of finisher are in a state.
func trays(s string) []string { return []string{"tray/tray-1=" + s, "tray/tray-2=" + s} }
func bins(s string) []string  { return []string{"bin/stacker-1=" + s, "bin/top=" + s} }
func marker(name, s string) []string {
	return []string{"marker/" + name + "=" + s}
}

// The rows of the table by which printer-state-reasons are translated.
func TestReasonRows(t *testing.T) {
	toners := func(s string) []string { return []string{"marker/" + black + "=" + s, "marker/" + cyan + "=" + s} }
	for _, row := range []struct {
		words string
		units []string // beside the toner that is out
		cause gcp.DeviceStateError
	}{
		{"media-empty media-path-input-empty", trays("EMPTY"), gcp.DeviceInputTray},
		{"media-low", nil, ""},
		{"media-needed input-manual-input-request media-path-input-request", trays("EMPTY"), gcp.DeviceInputTray},
		{"input-cannot-feed-size-selected input-media-size-change", trays("FAILURE"), gcp.DeviceMediaSize},
		{"input-media-type-change input-media-weight-change input-media-color-change input-media-form-parts-change", trays("FAILURE"), gcp.DeviceMediaType},
		{"media-path-cannot-duplex-media-selected", trays("FAILURE"), gcp.DeviceMediaType},
		{"input-tray-missing", trays("OFF"), gcp.DeviceInputTray},
		{"input-tray-opened", trays("OPEN"), gcp.DeviceInputTray},
		{"input-media-tray-failure input-media-tray-feed-error input-tray-elevation-failure input-tray-position-failure", trays("FAILURE"), gcp.DeviceInputTray},
		{"input-pick-roller-failure input-pick-roller-missing input-pick-roller-life-over", trays("FAILURE"), gcp.DeviceInputTray},
		{"media-jam input-media-tray-jam media-path-jam media-path-input-jam media-path-output-jam output-media-tray-jam", []string{"path/media-path=MEDIA_JAM"}, gcp.DeviceMediaPath},
		{"stapler-jam folder-jam die-cutter-jam make-envelope-jam", []string{"path/media-path=MEDIA_JAM"}, gcp.DeviceMediaPath},
		{"media-path-failure media-path-input-feed-error media-path-output-feed-error media-path-pick-roller-failure motor-failure", []string{"path/media-path=FAILURE"}, gcp.DeviceMediaPath},
		{"output-area-full media-path-output-full media-path-media-tray-full", bins("FULL"), gcp.DeviceOther},
		{"output-area-almost-full media-path-media-tray-almost-full", nil, ""},
		{"output-tray-missing media-path-media-tray-missing", bins("OFF"), gcp.DeviceOther},
		{"output-media-tray-failure output-media-tray-feed-error output-mailbox-select-failure", bins("FAILURE"), gcp.DeviceOther},
		{"toner-empty marker-supply-empty", nil, gcp.DeviceMarker}, // the one that is out
		{"marker-ink-empty marker-print-ribbon-empty developer-empty marker-developer-empty", nil, gcp.DeviceMarker},
		{"opc-life-over", marker(drum, "EXHAUSTED"), gcp.DeviceMarker},
		{"toner-low marker-supply-low marker-supply-almost-empty marker-ink-almost-empty developer-low opc-near-eol cleaner-life-almost-over", nil, ""},
		{"marker-toner-missing marker-toner-cartridge-missing marker-supply-missing marker-ink-missing", toners("REMOVED"), gcp.DeviceMarker},
		{"marker-opc-missing", marker(drum, "REMOVED"), gcp.DeviceMarker},
		{"marker-waste-full marker-waste-toner-receptacle-full marker-waste-ink-receptacle-full", marker(waste, "EXHAUSTED"), gcp.DeviceMarker},
		{"marker-waste-almost-full marker-waste-toner-receptacle-almost-full", nil, ""},
		{"marker-fuser-thermistor-failure fuser-over-temp fuser-under-temp lamp-failure laser-failure lamp-at-eol laser-at-eol", toners("FAILURE"), gcp.DeviceMarker},
		{"cover-open folder-cover-open", []string{"cover/cover=OPEN"}, gcp.DeviceOther},
		{"door-open interlock-open", []string{"cover/door=OPEN"}, gcp.DeviceOther},
		{"stapler-empty", marker(staples, "EXHAUSTED"), gcp.DeviceMarker},
		{"offline shutdown power-down timed-out", nil, gcp.DeviceOther},
		{"paused moving-to-paused stopping stopped-partly deactivated hold-new-jobs", nil, ""},
		{"spool-area-full storage-full", nil, gcp.DeviceOther},
		{"resuming testing standby suspend hibernate configuration-change identify-printer-requested fax-modem-warming-up", nil, ""},
		{"media-drying printer-ready-to-print interlock-closed stapler-added stapler-resource-removed", nil, ""},
		{"fan-failure other unknown camera-failure stapler-motor-failure something-new-to-us scan-media-path-jam", nil, gcp.DeviceOther},
	} {
		for word := range strings.FieldsSeq(row.words) {
			s := stateOf(t, finisher(4, []string{word + "-error"}), printer.Lasted{})
			want := slices.Clone(row.units)
			if !slices.ContainsFunc(want, func(u string) bool { return strings.HasPrefix(u, "marker/"+cyan) }) {
				want = append(want, "marker/"+cyan+"=EXHAUSTED")
			}
			slices.Sort(want)
			if got := unitStates(s); !slices.Equal(got, want) {
				t.Errorf("%s: units %v, want %v", word, got, want)
			}
			wantJob := gcp.StateOf(gcp.JobInProgress)
			if row.cause != "" {
				wantJob = gcp.ByDeviceState(gcp.JobStopped, row.cause)
			}
			if got := jobUnder(word + "-error"); !got.Equal(wantJob) {
				t.Errorf("%s: the job is %s %s, want %s", word, got.Type, got.Cause(), wantJob.Cause())
			}
		}
	}
}

// How bad a reason is, and which reasons stop a printer whatever its state says.
func TestReasonSeverity(t *testing.T) {
	for _, row := range []struct {
		reason string
		state  int
		want   gcp.PrinterStateType
		words  string
	}{
		{"media-empty-error", 4, gcp.PrinterProcessing, "ERROR Out of paper"},
		{"media-empty-warning", 5, gcp.PrinterStopped, "WARNING Out of paper"},
		{"media-empty-report", 3, gcp.PrinterIdle, "INFO Out of paper"},
		{"media-empty", 5, gcp.PrinterStopped, "ERROR Out of paper"},
		{"media-empty", 3, gcp.PrinterIdle, "WARNING Out of paper"},
		{"toner-low", 5, gcp.PrinterStopped, "WARNING Toner is low"},
		{"input-media-tray-feed-error", 5, gcp.PrinterStopped, "ERROR Input media tray feed error"},
		{"input-media-tray-feed-error-warning", 4, gcp.PrinterProcessing, "WARNING Input media tray feed error"},
		{"stapler-unrecoverable-storage-error", 3, gcp.PrinterIdle, "WARNING Stapler unrecoverable storage error"},
		{"stapler-unrecoverable-storage-error-error", 3, gcp.PrinterIdle, "ERROR Stapler unrecoverable storage error"},
		{"standby-error", 3, gcp.PrinterIdle, "INFO Standby"},
		{"paused", 5, gcp.PrinterStopped, "WARNING Paused"},
		{"paused", 3, gcp.PrinterStopped, "WARNING Paused"},
		{"deactivated", 3, gcp.PrinterStopped, "WARNING The printer is deactivated"},
		{"moving-to-paused", 4, gcp.PrinterProcessing, "WARNING About to pause"},
		{"hold-new-jobs", 3, gcp.PrinterIdle, "WARNING New jobs are held"},
		{"spool-area-full-report", 3, gcp.PrinterIdle, "ERROR The printer's memory is full"},
		{"shutdown", 3, gcp.PrinterStopped, "ERROR The printer is switched off"},
		{"offline-report", 3, gcp.PrinterStopped, "INFO The printer is offline"},
		{"timed-out-error", 4, gcp.PrinterStopped, "ERROR The printer does not answer"},
		{"wifi-not-configured-report", 3, gcp.PrinterIdle, "INFO Wi-Fi is not set up"}, // as printers on USB say
		{"stapler-turned-on", 3, gcp.PrinterIdle, "INFO Stapler turned on"},
		{"cups-ipp-missing-send-document", 5, gcp.PrinterStopped, "INFO CUPS found that the printer's IPP has no \"send document\""},
		{"cups-ipp-conformance-failure-report", 3, gcp.PrinterIdle, "INFO CUPS found that the printer does not follow IPP in everything"},
		{"cups-ipp-wrong-http-version", 3, gcp.PrinterIdle, "INFO CUPS found that the printer speaks an old version of HTTP"},
		{"cups-ipp-what-is-new", 3, gcp.PrinterIdle, "INFO CUPS found a fault in the printer's IPP: what is new"},
		{"cups-waiting-for-job-completed", 4, gcp.PrinterProcessing, "INFO Waiting for the printer to finish the job"},
		{"none", 3, gcp.PrinterIdle, ""},
	} {
		s := stateOf(t, finisher(row.state, []string{row.reason}), printer.Lasted{})
		if got := strings.Join(vendorStates(s), "; "); got != row.words || s.State != row.want {
			t.Errorf("%s in state %d: %s %q, want %s %q", row.reason, row.state, s.State, got, row.want, row.words)
		}
	}
}

// keywords reads a list of testdata.
func keywords(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	var list []string
	for s := bufio.NewScanner(f); s.Scan(); {
		list = append(list, s.Text())
	}
	return list
}

// Every registered keyword, and those met that are not registered, with every
// suffix and in every state of the printer: it is said in English, and no unit is
// named that the CDD does not have.
func TestEveryKeyword(t *testing.T) {
	registered := keywords(t, "iana-printer-state-reasons.txt")
	if len(registered) < 821 {
		t.Fatalf("%d keywords", len(registered))
	}
	for _, word := range append(registered, keywords(t, "reasons-met.txt")...) {
		for _, suffix := range []string{"", "-report", "-warning", "-error"} {
			for state := 3; state <= 5; state++ {
				s := stateOf(t, finisher(state, []string{word + suffix}), printer.Lasted{Away: time.Hour, Fault: time.Hour})
				said := vendorStates(s)
				if word == "none" {
					if said != nil {
						t.Errorf("%s%s: said %q", word, suffix, said)
					}
					continue
				}
				if len(said) != 1 {
					t.Errorf("%s%s: said %q, want one sentence", word, suffix, said)
					continue
				}
				severity, text, _ := strings.Cut(said[0], " ")
				if len(text) < 4 || strings.ToUpper(text[:1]) != text[:1] || strings.ContainsAny(text, "_") || strings.Contains(text, "-") && !strings.HasPrefix(text, "Wi-Fi") {
					t.Errorf("%s%s is said as %q", word, suffix, text)
				}
				if suffix == "-error" && severity != "ERROR" && jobUnder(word+suffix).Type == gcp.JobStopped {
					t.Errorf("%s%s stops a job, and is said as %s", word, suffix, severity)
				}
				for _, u := range unitStates(s) {
					_, id, _ := strings.Cut(u, "/")
					id, _, _ = strings.Cut(id, "=")
					if !slices.Contains([]string{"tray-1", "tray-2", "top", "stacker-1", black, cyan, drum, waste, staples, "cover", "door", "media-path"}, id) {
						t.Errorf("%s%s: a unit %s that there is not", word, suffix, u)
					}
				}
			}
		}
	}
}
