package printer_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

func textAttr(name, value string) goipp.Attribute {
	return goipp.MakeAttribute(name, goipp.TagText, goipp.String(value))
}

func octets(name string, rows ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, r := range rows {
		a.Values.Add(goipp.TagString, goipp.Binary(r))
	}
	return a
}

// notReached is what CUPS 2.4.2 says of a device that does not answer, in the
// message alone: the state is processing, the reasons are none.
const notReached = "The printer may not exist or is unavailable at this time."

func TestUnreachableIsOfflineAfterAWhile(t *testing.T) {
	for what, attrs := range map[string]goipp.Attributes{
		"message": finisher(4, []string{"none"}, textAttr("printer-state-message", notReached)),
		"reason":  finisher(4, []string{"connecting-to-device"}),
	} {
		var p printer.Patience
		began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			after time.Duration
			want  gcp.PrinterStateType
			next  time.Duration
		}{
			{0, gcp.PrinterProcessing, 30 * time.Second},
			{29 * time.Second, gcp.PrinterProcessing, time.Second},
			{30 * time.Second, gcp.PrinterStopped, 0},
			{time.Hour, gcp.PrinterStopped, 0},
		} {
			now := began.Add(c.after)
			s := stateOf(t, attrs, p.See(attrs, now))
			offline := strings.Contains(strings.Join(vendorStates(s), ";"), "ERROR The printer is offline")
			if s.State != c.want || offline != (c.want == gcp.PrinterStopped) {
				t.Errorf("%s after %v: %s %q, want %s", what, c.after, s.State, vendorStates(s), c.want)
			}
			if next := p.Next(now); what == "message" && next != c.next {
				t.Errorf("%s after %v: look again in %v, want %v", what, c.after, next, c.next)
			}
		}
		well := finisher(3, []string{"none"})
		if s := stateOf(t, well, p.See(well, began.Add(2*time.Hour))); s.State != gcp.PrinterIdle || vendorStates(s) != nil {
			t.Errorf("%s: it answers again, and is %s %q", what, s.State, vendorStates(s))
		}
		if s := stateOf(t, attrs, p.See(attrs, began.Add(3*time.Hour))); s.State != gcp.PrinterProcessing {
			t.Errorf("%s: away anew for a moment, and is %s", what, s.State)
		}
	}
}

func TestNotAccepting(t *testing.T) {
	s := stateOf(t, finisher(3, []string{"none"}, goipp.MakeAttribute("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(false))), printer.Lasted{})
	if got := vendorStates(s); s.State != gcp.PrinterStopped || !slices.Equal(got, []string{"ERROR Not accepting jobs"}) {
		t.Errorf("%s %q", s.State, got)
	}
}

// What stopped a queue is often said in its message alone.
func TestMessageOfStoppedPrinter(t *testing.T) {
	s := stateOf(t, finisher(5, []string{"paused"}, textAttr("printer-state-message", "Back at ten")), printer.Lasted{})
	if got := vendorStates(s); !slices.Equal(got, []string{"WARNING Paused", "INFO Back at ten"}) {
		t.Errorf("%q", got)
	}
}

// CUPS says of a queue that somebody paused so in its reasons, and once more in its
// message. A printer that says a reason with several severities means the worst.
func TestSaidOnce(t *testing.T) {
	for want, c := range map[string]struct {
		reasons []string
		message string
	}{
		"WARNING Paused":         {[]string{"paused"}, "Paused"},
		"WARNING Paused ":        {[]string{"paused"}, "paused."},
		"ERROR Out of paper":     {[]string{"media-empty-error", "media-empty-report"}, ""},
		"WARNING Paused; INFO x": {[]string{"paused"}, "x"},
	} {
		s := stateOf(t, finisher(5, c.reasons, textAttr("printer-state-message", c.message)), printer.Lasted{})
		if got := strings.Join(vendorStates(s), "; "); got != strings.TrimSpace(want) {
			t.Errorf("%q %q: %q, want %q", c.reasons, c.message, got, want)
		}
	}
}

// supplies makes a printer with one supply.
func oneSupply(kind string, level int, more ...goipp.Attribute) goipp.Attributes {
	return append(goipp.Attributes{
		enum("printer-state", 3), kw("document-format-supported", "application/pdf"),
		kw("marker-names", "It"), kw("marker-types", kind), numbers("marker-levels", level),
	}, more...)
}

func TestSupplyLevels(t *testing.T) {
	reasons := func(r string) goipp.Attribute { return kw("printer-state-reasons", r) }
	for name, c := range map[string]struct {
		attrs goipp.Attributes
		state gcp.UnitState // "" for no statement
		level int           // -1 for none
	}{
		"full":                         {oneSupply("toner", 100), gcp.UnitOK, 100},
		"a tenth":                      {oneSupply("toner", 10), gcp.UnitOK, 10}, // half a day's work
		"1 % by default":               {oneSupply("toner", 1), gcp.UnitExhausted, 1},
		"the printer's mark":           {oneSupply("ink", 5, numbers("marker-low-levels", 5)), gcp.UnitExhausted, 5},
		"above the mark":               {oneSupply("ink", 6, numbers("marker-low-levels", 5)), gcp.UnitOK, 6},
		"below the mark, and only low": {oneSupply("ink", 9, numbers("marker-low-levels", 18), reasons("marker-supply-low-warning")), gcp.UnitOK, 9},
		"below the mark, and empty":    {oneSupply("ink", 9, numbers("marker-low-levels", 18), reasons("marker-supply-empty-error")), gcp.UnitExhausted, 9},
		"other":                        {oneSupply("toner", -1), "", -1},
		"unknown":                      {oneSupply("toner", -2), "", -1},
		"some left":                    {oneSupply("toner", -3), "", -1},
		"no percentage":                {oneSupply("toner", 4000), "", -1},
		"percentage of the table":      {oneSupply("toner", 4000, octets("printer-supply", "type=toner;maxcapacity=8000;level=4000;unit=impressions;")), gcp.UnitOK, 50},
		"table without a maximum":      {oneSupply("toner", -2, octets("printer-supply", "type=toner;maxcapacity=-2;level=4000;")), "", -1},
		"waste, empty":                 {oneSupply("waste-toner", 0, numbers("marker-low-levels", 0)), gcp.UnitOK, 0},
		"waste, almost":                {oneSupply("waste-ink", 94, numbers("marker-high-levels", 95)), gcp.UnitOK, 94},
		"waste, full":                  {oneSupply("waste-ink", 95, numbers("marker-high-levels", 95)), gcp.UnitExhausted, 95},
	} {
		s := stateOf(t, c.attrs, printer.Lasted{})
		if s.MarkerState == nil {
			if c.state != "" {
				t.Errorf("%s: nothing said, want %s", name, c.state)
			}
			continue
		}
		i, level := s.MarkerState.Item[0], -1
		if i.LevelPercent != nil {
			level = *i.LevelPercent
		}
		if i.State != c.state || level != c.level {
			t.Errorf("%s: %s %d, want %s %d", name, i.State, level, c.state, c.level)
		}
	}
}

// The printer's own table says which tray it is.
func TestWhichTrayIsEmpty(t *testing.T) {
	s := stateOf(t, finisher(3, []string{"media-empty-warning"}, octets("printer-input-tray",
		"type=sheetFeedAutoRemovableTray;maxcapacity=250;level=-3;status=0;name=Tray 1;",
		"type=sheetFeedAutoRemovableTray;maxcapacity=500;level=0;status=8;name=tray-2;")), printer.Lasted{})
	if got := unitStates(s); !slices.Contains(got, "tray/tray-2=EMPTY") || slices.Contains(got, "tray/tray-1=EMPTY") {
		t.Errorf("%v", got)
	}
}

// A printer that tells nothing of its supplies has none that could be out.
func TestReasonWithoutUnits(t *testing.T) {
	attrs := goipp.Attributes{enum("printer-state", 5), kw("document-format-supported", "application/pdf"), kw("printer-state-reasons", "toner-empty-error", "stapler-empty")}
	s := stateOf(t, attrs, printer.Lasted{})
	if got := vendorStates(s); s.MarkerState != nil || !slices.Equal(got, []string{"ERROR Out of toner", "ERROR Stapler empty"}) {
		t.Errorf("%v, %q", s.MarkerState, got)
	}
}

func TestOutputBinAlmostFull(t *testing.T) {
	s := stateOf(t, finisher(4, []string{"output-area-almost-full-warning"}), printer.Lasted{})
	for _, i := range s.OutputBinState.Item {
		if i.State != gcp.UnitOK || i.LevelPercent == nil || *i.LevelPercent != 90 {
			t.Errorf("%+v, want OK and 90 %%", i)
		}
	}
}

func TestOffline(t *testing.T) {
	s := printer.Offline("no answer").Printer
	if s.State != gcp.PrinterStopped || !slices.Equal(vendorStates(*s), []string{"ERROR The printer is offline: no answer"}) {
		t.Errorf("%s %q", s.State, vendorStates(*s))
	}
}

// ippeveprinter cuts a keyword at 31 bytes; its own suffix is then not whole.
func TestCutReason(t *testing.T) {
	for reason, want := range map[string]gcp.VendorStateItem{
		"marker-waste-almost-full-warnin": {State: gcp.VendorWarning, Description: "The waste container is almost full"},
		"media-jam-warnin":                {State: gcp.VendorWarning, Description: "Media jam warnin"}, // not cut there
	} {
		p := describe(t, printer.Origin{}, goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(4)), kw("printer-state-reasons", reason))
		if v := p.State.Printer.VendorState; v == nil || len(v.Item) != 1 || v.Item[0].State != want.State || v.Item[0].Description != want.Description {
			t.Errorf("%s: %+v, want %+v", reason, v, want)
		}
	}
}
