package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/spf13/cobra"
)

// LogForm is a form of a log; the zero value is LogAuto.
type LogForm string

// The forms of a log.
const (
	LogAuto LogForm = "auto" // JSON in the journal of systemd, else text
	LogText LogForm = "text" // a line of key=value
	LogJSON LogForm = "json" // an object a line
)

// Set implements pflag.Value.
func (f *LogForm) Set(s string) error {
	if *f = LogForm(s); *f != LogAuto && *f != LogText && *f != LogJSON {
		return errors.New("write text, json or auto")
	}
	return nil
}

// String implements pflag.Value.
func (f *LogForm) String() string { return string(*f) }

// Type implements pflag.Value.
func (*LogForm) Type() string { return "form" }

// LogFormatFlag gives the commands below c the flag --log-format.
func LogFormatFlag(c *cobra.Command, into *LogForm) {
	*into = LogAuto
	c.PersistentFlags().Var(into, "log-format", "`form` of the log: text, json, or auto, which is json in systemd's journal and text elsewhere")
}

// NewLogger returns a log that goes to w in a form. Where w is systemd's journal, each line
// begins with its priority (sd-daemon(3)), which journald takes off.
func NewLogger(w io.Writer, form LogForm, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	journal := inJournal(w, os.Getenv("JOURNAL_STREAM"))
	switch {
	case form == LogText || form != LogJSON && !journal:
		return slog.New(slog.NewTextHandler(w, options))
	case !journal:
		return slog.New(slog.NewJSONHandler(w, options))
	}
	out := &priorityWriter{w: w}
	return slog.New(journalHandler{slog.NewJSONHandler(out, options), out})
}

// priorityWriter puts a priority before what is written.
type priorityWriter struct {
	w io.Writer

	mu     sync.Mutex // held from the setting of prefix to the writing
	prefix string
}

// Write implements io.Writer. A record is one call, and leaves in one.
func (p *priorityWriter) Write(b []byte) (int, error) {
	if _, err := p.w.Write(append([]byte(p.prefix), b...)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// journalHandler gives each record its priority.
type journalHandler struct {
	slog.Handler
	out *priorityWriter
}

// Handle implements slog.Handler.
func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.prefix = priority(r.Level)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journalHandler{h.Handler.WithAttrs(attrs), h.out}
}

// WithGroup implements slog.Handler.
func (h journalHandler) WithGroup(name string) slog.Handler {
	return journalHandler{h.Handler.WithGroup(name), h.out}
}

// priority is a level as sd-daemon(3) writes it.
func priority(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "<3>"
	case l >= slog.LevelWarn:
		return "<4>"
	case l >= slog.LevelInfo:
		return "<6>"
	}
	return "<7>"
}
