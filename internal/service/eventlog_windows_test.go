package service

import (
	"bytes"
	"log/slog"
	"testing"
)

// The level of an event is that of the line, in both of slog's forms.
func TestLevel(t *testing.T) {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		var text, json bytes.Buffer
		all := &slog.HandlerOptions{Level: slog.LevelDebug}
		slog.New(slog.NewTextHandler(&text, all)).Log(t.Context(), l, "m", "level", "other")
		slog.New(slog.NewJSONHandler(&json, all)).Log(t.Context(), l, "m", "level", "other")
		for _, line := range []string{text.String(), json.String()} {
			if got := level(line); got != l.String() {
				t.Errorf("level(%q) = %q, want %q", line, got, l)
			}
		}
	}
	if got := level("panic: everything"); got != "" {
		t.Errorf("what is no line has level %q", got)
	}
}
