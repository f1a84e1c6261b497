package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// AddNull adds a raw queue that swallows what it gets, at once.
func (s *CUPSServer) AddNull(queue string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", "file:/dev/null", "-m", "raw")
}

// AddRaw adds a raw queue of the lab backend. query is its fault injection, such
// as "delay=2" (seconds) or "rc=1" (the backend's exit code), or "".
func (s *CUPSServer) AddRaw(queue, query string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", s.device(query), "-m", "raw")
}

// AddPPD adds a queue with a PPD (A4 and Letter, colour, duplex) of the lab
// backend, which takes PDF after the filters of CUPS.
func (s *CUPSServer) AddPPD(queue, query string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", s.device(query), "-P", s.file("etc/lab.ppd"))
}

// AddPPDFile adds a queue with a PPD of one's own to the lab backend.
func (s *CUPSServer) AddPPDFile(queue, query, ppd string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", s.device(query), "-P", ppd)
}

// AddRawTo adds a raw queue for the device at uri.
func (s *CUPSServer) AddRawTo(queue, uri string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", uri, "-m", "raw")
}

// AddEverywhere adds a driverless queue for the IPP printer at uri, and waits
// until cupsd has made its PPD and read it, which lpadmin does not: a job before
// that finds no filter. cupsd does so in a thread that locks the queue, so that who asks
// for the queue's model once its cache is written hears of what all was read.
func (s *CUPSServer) AddEverywhere(queue, uri string) {
	s.t.Helper()
	s.Run("lpadmin", "-p", queue, "-E", "-v", uri, "-m", "everywhere")
	made := func() bool {
		_, err := os.Stat(s.file("cache/" + queue + ".data")) // written at the end
		return err == nil && strings.Contains(s.Run("lpoptions", "-p", queue), " - IPP Everywhere")
	}
	if !waitFor(15*time.Second, made) {
		tail(s.t, s.file("log/error_log"))
		s.t.Fatalf("cupsd made no PPD for %s", uri)
	}
}

// SetFault makes the lab backend hold its jobs and show a printer-state-reason,
// such as "media-empty-error"; "" lets them go.
func (s *CUPSServer) SetFault(reason string) {
	s.t.Helper()
	path := filepath.Join(s.Out, "state")
	if reason == "" {
		s.must(os.Remove(path))
		return
	}
	s.must(os.WriteFile(path, []byte(reason), 0o644))
}

func (s *CUPSServer) device(query string) string {
	uri := "lab:" + s.Out
	if query != "" {
		uri += "?" + query
	}
	return uri
}

// AddMany adds queues as AddPPD does, all at once and with a description: lpadmin takes
// a tenth of a second for each. The server is started anew, and what it had is gone.
func (s *CUPSServer) AddMany(queues []string) {
	s.t.Helper()
	s.Stop()
	ppd, err := os.ReadFile(s.file("etc/lab.ppd"))
	s.must(err)
	var conf strings.Builder
	for i, q := range queues {
		s.must(os.WriteFile(s.file("etc/ppd/"+q+".ppd"), ppd, 0o644))
		fmt.Fprintf(&conf, "<Printer %s>\nPrinterId %d\nInfo Printer %s\nDeviceURI %s\nState Idle\nAccepting Yes\nShared No\n"+
			"OpPolicy default\nErrorPolicy abort-job\n</Printer>\n", q, i+1, q, s.device(q))
	}
	s.must(os.WriteFile(s.file("etc/printers.conf"), []byte(conf.String()), 0o600))
	s.Start()
}
