package service

import (
	"bytes"
	"strings"

	"golang.org/x/sys/windows/svc/eventlog"
)

// Ids of our events, which EventCreate.exe has the texts for: whatever we say.
const (
	eventInfo  = 1
	eventWarn  = 2
	eventError = 3
)

// eventWriter writes lines of package log/slog to Windows' event log, by their level.
type eventWriter struct{ to *eventlog.Log }

// Write writes one line, which is one event: handlers of slog write so.
func (w *eventWriter) Write(line []byte) (int, error) {
	text := string(bytes.TrimSpace(line))
	switch level(text) {
	case "DEBUG", "INFO":
		return len(line), w.to.Info(eventInfo, text)
	case "WARN":
		return len(line), w.to.Warning(eventWarn, text)
	}
	return len(line), w.to.Error(eventError, text)
}

func (w *eventWriter) error(text string) { _ = w.to.Error(eventError, text) } // there is no other place

// level returns the level of a line as text or JSON; "" where it is no line of slog's.
func level(line string) string {
	for _, before := range []string{"level=", `"level":"`} {
		if _, rest, ok := strings.Cut(line, before); ok {
			end := strings.IndexAny(rest, " \"")
			return rest[:max(end, 0)]
		}
	}
	return ""
}
