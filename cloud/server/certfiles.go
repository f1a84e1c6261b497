package server

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files of a certificate are looked at, at most.
const lookEvery = time.Second

// certificateFiles is a certificate in two files, read anew when one of them changes.
// Files that do not fit each other, as while they are being replaced, change nothing.
type certificateFiles struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex // guards what follows
	current *tls.Certificate
	seen    [2]fileState
	looked  time.Time
	told    string // the last trouble that was logged
}

// fileState tells one content of a file from another.
type fileState struct {
	changed time.Time
	size    int64
}

// get returns the certificate as the files have it now.
func (f *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < lookEvery {
		return f.current, nil
	}
	f.looked = time.Now()
	now, err := f.state()
	if err == nil && now == f.seen {
		return f.current, nil
	}
	if err == nil {
		err = f.read(now)
	}
	switch {
	case err == nil:
		f.told = ""
		f.log.Info("the certificate was renewed", "file", f.cert)
	case err.Error() != f.told:
		f.told = err.Error()
		f.log.Warn("the new certificate cannot be used, the old one goes on", "file", f.cert, "err", err)
	}
	return f.current, nil
}

// load reads the files for the first time.
func (f *certificateFiles) load() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, err := f.state()
	if err != nil {
		return err
	}
	return f.read(now)
}

func (f *certificateFiles) read(now [2]fileState) error {
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.current, f.seen = &pair, now
	return nil
}

func (f *certificateFiles) state() (now [2]fileState, err error) {
	for i, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return now, err
		}
		now[i] = fileState{info.ModTime(), info.Size()}
	}
	return now, nil
}
