package raster

import (
	"context"
	"os/exec"
	"runtime"
	"time"
)

// Report says how documents are drawn on this machine, for people.
type Report struct {
	Compiled bool          // PDFium runs as machine code; else nothing is drawn with it
	Cached   bool          // its compiled form was found
	Start    time.Duration // that a child process took until it could read a document
	PDFToPPM string        // path of the program that draws instead, "" if there is none
	Reason   string        // a sentence: why it is not Compiled, "" if it is
}

// Check starts a child process and says what it found. The first one compiles the
// module into the cache, which takes some seconds and 300 MB: it is called at
// install, or when a daemon starts. An error means that no document can be made
// ready.
func (r *Renderer) Check(ctx context.Context) (Report, error) {
	report := Report{Compiled: !r.slow(), PDFToPPM: r.pdftoppm(), Cached: cached(r.c.CacheDir)}
	switch {
	case report.Compiled:
	case r.c.NoWASM || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64":
		report.Reason = "There is no WebAssembly compiler for this processor."
	default:
		report.Reason = "The system forbids memory that is written and then run (systemd: MemoryDenyWriteExecute)."
	}
	begin := time.Now()
	if err := r.tryChild(ctx); err != nil {
		return report, err
	}
	report.Start = time.Since(begin)
	return report, nil
}

// slow reports whether PDFium would be interpreted.
func (r *Renderer) slow() bool { return r.c.NoWASM || !compiles() }

// pdftoppm is where poppler's program is, "" if it is not installed.
func (r *Renderer) pdftoppm() string {
	path, err := exec.LookPath("pdftoppm")
	if err != nil {
		return ""
	}
	return path
}
