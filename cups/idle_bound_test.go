package cups

import (
	"errors"
	"testing"
	"time"

	"platen/gcp"
	"platen/printer"
)

// A printer that goes away right after it was asked shows within half a minute.
func TestOfflineShowsInTime(t *testing.T) {
	if worst := IdleEvery + idleTick + 2*idleTimeout + idlePause; worst >= 30*time.Second {
		t.Errorf("it shows after %v", worst)
	}
}

// Queues of a server that does not answer are offline after a while: it is started
// anew in less.
func TestSilentServer(t *testing.T) {
	v, err := newServer(Server{Address: "/nowhere"}, Config{Pins: &memoryPins{}})
	if err != nil {
		t.Fatal(err)
	}
	v.known["q"] = &knownQueue{p: printer.Printer{Name: "q", State: gcp.CDS{Printer: &gcp.PrinterState{State: gcp.PrinterIdle}}}}
	gone := errors.New("connection refused")
	if list := v.unheard(gone); list != nil {
		t.Errorf("at once: %v", list)
	}
	v.silent = time.Now().Add(-serverSilent)
	if list := v.unheard(gone); len(list) != 1 || list[0].State.Printer.State != gcp.PrinterStopped {
		t.Errorf("after a while: %v", list)
	}
	if list := v.unheard(&refusal{http: 500}); list != nil {
		t.Errorf("it answered, and its queues are %v", list)
	}
}

// A look that waits for the devices of many raw queues does not keep Watch from the
// other printers.
func TestWatchDoesNotWaitForALook(t *testing.T) {
	v, err := newServer(Server{Address: "/nowhere"}, Config{Pins: &memoryPins{}})
	if err != nil {
		t.Fatal(err)
	}
	const device = "ipp://printer.example.com/ipp/print"
	prints := gcp.CDS{Printer: &gcp.PrinterState{State: gcp.PrinterProcessing}}
	v.known["q"] = &knownQueue{p: printer.Printer{Name: "q", DeviceURI: device, State: prints}}
	v.mu.Lock() // as list does
	defer v.mu.Unlock()
	v.note()
	asked := make(chan []idler, 1)
	go func() { asked <- v.idlers() }()
	select {
	case list := <-asked:
		if len(list) != 1 || !list[0].busy() || !v.working("q") || v.working("r") {
			t.Errorf("%d devices are asked", len(list))
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits")
	}
	// A device that is not there is not waited for at each look.
	if v.devices.gone(device) {
		t.Error("it is gone before it was asked")
	}
	v.devices.lost(v.devices.get(device))
	if !v.devices.gone(device) {
		t.Error("it is there")
	}
}

// The devices of queues that are gone are forgotten, those that cannot be asked too.
func TestDevicesOfGoneQueues(t *testing.T) {
	v, err := newServer(Server{Address: "/nowhere"}, Config{Pins: &memoryPins{}})
	if err != nil {
		t.Fatal(err)
	}
	look := func(devices ...string) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.known = map[string]*knownQueue{}
		for _, uri := range devices {
			v.known[uri] = &knownQueue{p: printer.Printer{Name: printer.Name(uri), DeviceURI: uri}}
		}
		v.note()
	}
	const stays = "ipp://stays.example.com/ipp/print"
	look(stays, "ipp://goes.example.com/ipp/print", "socket://goes.example.com", "usb://goes")
	if n := len(v.idlers()); n != 3 {
		t.Fatalf("%d devices are asked", n)
	}
	before := v.devices.get(stays)
	look(stays)
	if n := len(v.idlers()); n != 1 || len(v.devices.known) != 1 || v.devices.get(stays) != before {
		t.Errorf("%d devices are asked, %d known", n, len(v.devices.known))
	}
}
