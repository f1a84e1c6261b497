package raster

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"platen/internal/impose"
)

const formatODT = "application/vnd.oasis.opendocument.text"

// odt is an OpenDocument text with a body.
func odt(t *testing.T, body string) []byte {
	t.Helper()
	const spaces = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" ` +
		`xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"mimetype", formatODT},
		{"META-INF/manifest.xml", `<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
			`<manifest:file-entry manifest:full-path="/" manifest:media-type="` + formatODT + `"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`},
		{"content.xml", `<?xml version="1.0"?><office:document-content ` + spaces + ` office:version="1.2"><office:body><office:text>` + body + `</office:text></office:body></office:document-content>`},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f[0]}) // stored
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func needOffice(t *testing.T) {
	t.Helper()
	if program := findOffice(); program == "" || !hasPart(program, writer) {
		t.Skip("LibreOffice Writer is not installed")
	}
}

// The real LibreOffice, in the child process.
func TestOffice(t *testing.T) {
	needOffice(t)
	in := written(t, odt(t, `<text:p>Hello from an office</text:p><text:p><text:soft-page-break/>Grüße</text:p>`))
	out, result := mustMake(t, in, formatODT, impose.Work{To: impose.PDF, Layout: impose.Layout{Copies: 2}})
	if want := (impose.Result{Format: impose.PDF, Pages: 1, Sides: 2}); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
	if got := texts(t, out); got != "Hello from an office Grüße|Hello from an office Grüße" {
		t.Errorf("read back as %q", got)
	}
}

// A document cannot have other files of the machine printed.
func TestOfficeLinks(t *testing.T) {
	needOffice(t)
	secret := filepath.Join(t.TempDir(), "secret.txt")
	picture := filepath.Join(t.TempDir(), "secret.png")
	if err := errors.Join(
		os.WriteFile(secret, []byte("the password is swordfish\n"), 0o600),
		os.WriteFile(picture, pngOf(t, flag(image.NewRGBA(flagSize))), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	in := written(t, odt(t, `<text:p>Begin</text:p>`+
		`<text:section text:name="s"><text:section-source xlink:href="file://`+secret+`"/><text:p>nothing</text:p></text:section>`+
		`<text:p><draw:frame text:anchor-type="as-char" svg:width="5cm" svg:height="5cm"><draw:image xlink:href="file://`+picture+`" xlink:type="simple" xlink:actuate="onLoad"/></draw:frame></text:p>`))
	out, _ := mustMake(t, in, formatODT, impose.Work{To: impose.PDF})
	if got := texts(t, out); strings.Contains(got, "swordfish") || !strings.Contains(got, "Begin") {
		t.Errorf("read back as %q", got)
	}
	if at := patch(pictures(t, out)[0], red); !at.Empty() {
		t.Errorf("the linked picture is there, red at %v", at)
	}
}

// What is no document is refused, or printed as text: LibreOffice reads much.
func TestOfficeDamaged(t *testing.T) {
	needOffice(t)
	whole := odt(t, `<text:p>Hello</text:p>`)
	_, _, err := made(t, written(t, whole[:len(whole)/2]), formatODT, impose.Work{To: impose.PDF})
	var e *impose.Error
	if !errors.As(err, &e) || e.Cause != impose.CauseDamaged {
		t.Errorf("got %v", err)
	}
}

// stand is a program that is started instead of LibreOffice: a shell script, which
// has $dir as its working folder. It tests how a program is started and ended; what
// LibreOffice does is tested above.
func stand(t *testing.T, script string, l limits) (string, error) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("namespaces and /proc are Linux's")
	}
	program := filepath.Join(t.TempDir(), "soffice")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(written(t, []byte("content")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	var out bytes.Buffer
	err = office{program: program, ext: "odt", limit: l}.convert(t.Context(), in, impose.Work{}, &out)
	return out.String(), err
}

func TestOfficeIsAlone(t *testing.T) {
	t.Setenv("PLATEN_SECRET", "swordfish")
	got, err := stand(t, `{ cat document.odt; echo; env | cut -d= -f1 | sort | tr '\n' ' '; tail -n +3 /proc/net/dev | cut -d: -f1; pwd; echo $HOME; } > document.pdf`, officeLimit())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	if lines[0] != "content" {
		t.Errorf("the document is %q", lines[0])
	}
	if want := "HOME LANG PATH PWD SAL_USE_VCLPLUGIN TMPDIR     lo"; lines[1] != want {
		t.Errorf("it sees %q, want %q", lines[1], want)
	}
	if len(lines) < 4 || lines[2] != lines[3] {
		t.Errorf("its home is not its folder: %q", lines)
	}
	if _, err := os.Stat(lines[2]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder stays: %v", err)
	}
}

// When the time is over, all that it started ends.
func TestOfficeTime(t *testing.T) {
	note := make(chan int, 1)
	go func() { note <- begun(t.Context(), "sleep\x00613\x00") }()
	begin := time.Now()
	_, err := stand(t, "sleep 613 &\nwait\n", limits{2 * time.Second, 1 << 30, 1 << 20})
	wantCause(t, err, impose.CauseTimeout)
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	pid := <-note
	if pid == 0 {
		t.Fatal("the process was not seen")
	}
	// It was killed; whoever inherits it may not have waited for it yet.
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil && !bytes.Contains(stat, []byte(") Z ")) && bytes.Contains(stat, []byte("(sleep)")) {
		t.Errorf("process %d still runs: %s", pid, stat)
	}
}

// begun waits for a process with a command line, and returns its number; 0 if there
// is none for a while.
func begun(ctx context.Context, command string) int {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range found {
			if text, err := os.ReadFile(f); err == nil && string(text) == command {
				var pid int
				_, _ = fmt.Sscanf(f, "/proc/%d/", &pid) // 0 else
				return pid
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0
		}
	}
}

// tail keeps 300 MB of zeros, for it waits for the end of a line.
func TestOfficeMemory(t *testing.T) {
	_, err := stand(t, "head -c 300000000 /dev/zero | tail -n 1 > document.pdf; sleep 60\n", limits{time.Minute, 100 << 20, 1 << 30})
	wantCause(t, err, impose.CauseTooBig)
}

func TestOfficeOutput(t *testing.T) {
	_, err := stand(t, "head -c 2000000 /dev/zero > document.pdf\n", limits{time.Minute, 1 << 30, 1 << 20})
	wantCause(t, err, impose.CauseTooBig)
	_, err = stand(t, "head -c 2000000 /dev/zero > unpacked; exit 0\n", limits{time.Minute, 1 << 30, 1 << 20})
	wantCause(t, err, impose.CauseTooBig)
	_, err = stand(t, "exit 0\n", officeLimit())
	wantCause(t, err, impose.CauseDamaged)
	_, err = stand(t, "echo it does not work >&2; exit 77\n", officeLimit())
	wantCause(t, err, impose.CauseDamaged)
}

func wantCause(t *testing.T, err error, want impose.Cause) {
	t.Helper()
	var e *impose.Error
	if !errors.As(err, &e) || e.Cause != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Only the formats of the parts that are installed are offered.
func TestOfficeParts(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "soffice")
	for _, name := range []string{"soffice", "libswlo.so", "libsdlo.so"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	got := officeFormats(program)
	if !slices.Contains(got, formatODT) || !slices.Contains(got, "application/vnd.ms-powerpoint") || slices.Contains(got, "text/csv") {
		t.Errorf("got %v", got)
	}
	r, err := New(Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	from, _ := r.Formats()
	for _, format := range []string{impose.PDF, impose.JPEG, impose.PNG, "image/gif", "image/tiff", formatText} {
		if !slices.Contains(from, format) {
			t.Errorf("%s is not in %v", format, from)
		}
	}
	for _, format := range from {
		if format != impose.PDF && converterOf(format) == nil {
			t.Errorf("%s is offered, and nothing converts it", format)
		}
	}
}

// A part of LibreOffice may be installed while the service runs.
func TestOfficeIsNoticed(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	install := func(name string) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	install("soffice")
	install("libsdlo.so")
	synctest.Test(t, func(t *testing.T) {
		r, err := New(Config{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		reads := func() bool { from, _ := r.Formats(); return slices.Contains(from, formatODT) }
		if reads() {
			t.Fatal("it reads what nothing here converts")
		}
		install("libswlo.so")
		time.Sleep(installedFor + time.Second)
		if !reads() {
			t.Error("what was installed is not noticed")
		}
	})
}
