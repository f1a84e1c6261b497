//go:build unix

package cli

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// inJournal reports whether what is written to w goes to systemd's journal: then
// JOURNAL_STREAM names its file (systemd.exec(5)).
func inJournal(w io.Writer, stream string) bool {
	f, ok := w.(*os.File)
	if !ok || stream == "" {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && fmt.Sprintf("%d:%d", stat.Dev, stat.Ino) == stream
}
