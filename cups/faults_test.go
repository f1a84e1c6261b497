package cups_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// What a backend tells CUPS while a job is printed: the printer's unit, the job's
// cause, and both as before when it is over.
func TestFaultsOfRealQueues(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	s := onCUPS(t, c)
	var wg sync.WaitGroup
	for _, f := range []struct {
		queue, reason, words string
		cause                gcp.DeviceStateError
		unit                 func(*gcp.PrinterState) *gcp.UnitStates
		state                gcp.UnitState
	}{
		{"paper", "media-empty-error", "Out of paper", gcp.DeviceInputTray, func(p *gcp.PrinterState) *gcp.UnitStates { return p.InputTrayState }, gcp.UnitEmpty},
		{"jam", "media-jam-error", "Paper jam", gcp.DeviceMediaPath, func(p *gcp.PrinterState) *gcp.UnitStates { return p.MediaPathState }, gcp.UnitMediaJam},
		{"cover", "cover-open-error", "A cover is open", gcp.DeviceOther, func(p *gcp.PrinterState) *gcp.UnitStates { return p.CoverState }, gcp.UnitOpen},
		{"bin", "output-area-full-error", "The output bin is full", gcp.DeviceOther, func(p *gcp.PrinterState) *gcp.UnitStates { return p.OutputBinState }, gcp.UnitFull},
		{"feed", "input-media-tray-feed-error-error", "Input media tray feed error", gcp.DeviceInputTray, func(p *gcp.PrinterState) *gcp.UnitStates { return p.InputTrayState }, gcp.UnitFailure},
		{"toner", "toner-empty-error", "Out of toner", gcp.DeviceMarker, nil, ""}, // a raw queue has no markers
		{"unheard", "com.example.heat-error", "Com.example.heat", gcp.DeviceOther, nil, ""},
		{"low", "toner-low-warning", "Toner is low", "", nil, ""}, // stops nothing
	} {
		dir := filepath.Join(c.Out, f.queue)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o777); err != nil { // cupsd's user writes there
			t.Fatal(err)
		}
		fault := filepath.Join(dir, "state")
		if err := os.WriteFile(fault, []byte(f.reason), 0o644); err != nil {
			t.Fatal(err)
		}
		c.Run("lpadmin", "-p", f.queue, "-E", "-v", "lab:"+dir, "-m", "raw")
		wg.Go(func() {
			doc := pdf(1000)
			l, err := s.Create(t.Context(), newJob(printer.Name(f.queue), doc))
			if err == nil {
				l, err = s.Send(t.Context(), l, newJob(printer.Name(f.queue), doc), bytes.NewReader(doc))
			}
			if err != nil {
				t.Errorf("%s: %v", f.reason, err)
				return
			}
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			want := gcp.ByDeviceState(gcp.JobStopped, f.cause)
			if f.cause == "" {
				want = gcp.StateOf(gcp.JobInProgress)
			}
			seen, begun := 0, time.Now()
			st, err := s.Follow(ctx, l, func(st printer.JobStatus) {
				if st.State.Type == gcp.JobStopped && time.Since(begun) < 5*time.Second {
					t.Errorf("%s: stopped after %v", f.reason, time.Since(begun))
				}
				if !st.State.Equal(want) || seen > 0 || f.cause == "" && !st.Begun {
					return
				}
				seen++
				if f.cause != "" && st.Message != f.words {
					t.Errorf("%s: the job says %q, want %q", f.reason, st.Message, f.words)
				}
				eventually(t, f.reason+" at the printer", func() bool { return says(s, f.queue, f.words) })
				if f.unit != nil {
					u := f.unit(stateNow(s, f.queue))
					if u == nil || !slices.ContainsFunc(u.Item, func(i gcp.UnitStateItem) bool { return i.State == f.state }) {
						t.Errorf("%s: units %+v, want %s", f.reason, u, f.state)
					}
				}
				if err := os.Remove(fault); err != nil {
					t.Error(err)
				}
			})
			if err != nil || seen == 0 {
				t.Errorf("%s: %v, seen %d times as %s", f.reason, err, seen, want.Cause())
				return
			}
			wantState(t, st, gcp.StateOf(gcp.JobDone))
			eventually(t, f.reason+" to be over", func() bool {
				p := stateNow(s, f.queue)
				return p != nil && p.State == gcp.PrinterIdle && p.VendorState == nil
			})
		})
	}
	wg.Wait()
}

// stateNow returns the state of a printer, nil if a look does not find it.
func stateNow(s *cups.System, name string) *gcp.PrinterState {
	list, _ := s.Printers(context.Background()) // what is away is an error
	for _, p := range list {
		if string(p.Name) == name {
			return p.State.Printer
		}
	}
	return nil
}

func says(s *cups.System, name, words string) bool {
	p := stateNow(s, name)
	return p != nil && p.VendorState != nil && slices.ContainsFunc(p.VendorState.Item, func(i gcp.VendorStateItem) bool { return i.Description == words })
}

// What becomes of a job by CUPS' error policy and the backend's exit code.
func TestFailuresOfRealQueues(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	s := onCUPS(t, c)
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	defer stop()
	var wg sync.WaitGroup
	for _, f := range []struct {
		queue, rc, policy string
		want              gcp.JobState
	}{
		{"abort", "1", "abort-job", gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		{"retry", "1", "retry-job", gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)}, // Debian's default
		{"stop", "1", "stop-printer", gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		{"auth", "2", "abort-job", gcp.ByDevice(gcp.JobStopped, gcp.DeviceActionOther)},
		{"hold", "3", "abort-job", gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		{"halt", "4", "abort-job", gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		{"cancel", "5", "abort-job", gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)},
	} {
		c.AddRaw(f.queue, "rc="+f.rc)
		c.Run("lpadmin", "-p", f.queue, "-o", "printer-error-policy="+f.policy)
		wg.Go(func() {
			doc := pdf(1000)
			j := newJob(printer.Name(f.queue), doc)
			l, err := s.Create(ctx, j)
			if err == nil {
				l, err = s.Send(ctx, l, j, bytes.NewReader(doc))
			}
			if err != nil {
				t.Errorf("%s: %v", f.queue, err)
				return
			}
			jctx, enough := context.WithCancel(ctx)
			defer enough()
			st, err := s.Follow(jctx, l, func(st printer.JobStatus) {
				if st.State.Equal(f.want) {
					enough()
				}
			})
			if !st.State.Equal(f.want) {
				t.Errorf("%s: %s %s, %v; want %s %s", f.queue, st.State.Type, st.State.Cause(), err, f.want.Type, f.want.Cause())
			}
		})
	}
	wg.Wait()
}
