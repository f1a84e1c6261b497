package raster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"platen/internal/impose"
)

// limits are what LibreOffice may take for one document.
type limits struct {
	time   time.Duration
	memory int64 // bytes, of all of its processes
	output int64 // bytes of the PDF, and of each file on the way to it
}

// officeLimit is what it may take at most; the parent ends it sooner when its own
// time is up.
func officeLimit() limits { return limits{3 * time.Minute, 1 << 30, 1 << 30} }

// office has a LibreOffice make PDF of documents. It gets a home of its own, which
// it leaves nothing in, and no network where the system lets us take it away: a
// document can name pictures and data anywhere. Its profile forbids macros, and
// links to other files.
type office struct {
	program string
	ext     string
	limit   limits
}

// convert makes PDF of a document.
func (o office) convert(ctx context.Context, in *os.File, _ impose.Work, out io.Writer) error {
	dir, err := makeOffice()
	if err != nil {
		return failed("There is no room for a working folder.", err)
	}
	defer func() {
		removePipe(dir)
		_ = os.RemoveAll(dir) // the parent removes what is left
	}()
	document := filepath.Join(dir, "document."+o.ext)
	if err := o.prepare(dir, document, in); err != nil {
		return failed("There is no room for the document.", err)
	}
	err = o.run(ctx, dir, document)
	if outgrown(dir, o.limit.output) {
		return unwritten(errOutput)
	}
	if err != nil {
		return err
	}
	pdf, err := os.Open(filepath.Join(dir, "document.pdf"))
	if err != nil {
		return &impose.Error{Cause: impose.CauseDamaged, Text: "LibreOffice cannot read the document: it is damaged, or protected by a password.", Err: err}
	}
	defer func() { _ = pdf.Close() }() // only read from
	if _, err := io.Copy(out, pdf); err != nil {
		return unwritten(err)
	}
	return nil
}

// makeOffice makes LibreOffice's folder. Its name is without links, as LibreOffice
// itself writes it.
func makeOffice() (string, error) {
	dir, err := os.MkdirTemp("", officePrefix)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// outgrown reports whether a file became as large as files may.
func outgrown(dir string, limit int64) bool {
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // it is gone meanwhile
		}
		if info, err := d.Info(); err == nil && info.Size() >= limit {
			return errOutput
		}
		return nil
	})
	return errors.Is(err, errOutput)
}

// prepare writes what LibreOffice finds in its folder.
func (o office) prepare(dir, document string, in io.Reader) error {
	user := filepath.Join(dir, "profile", "user")
	if err := os.MkdirAll(user, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(user, "registrymodifications.xcu"), []byte(officeSettings), 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(document, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, in); err != nil {
		_ = f.Close() // it is of no use
		return err
	}
	return f.Close()
}

// officeSettings are those of the profile: no macros, no active content, no links.
const officeSettings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>1</value></prop></item>
</oor:items>
`

// run starts LibreOffice on a thread of its own, and waits for it. What is forbidden
// to LibreOffice is forbidden to that thread, and the kernel ties what ends with us to
// it: it ends with the goroutine.
func (o office) run(ctx context.Context, dir, document string) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := confineThread([]string{programFolder(o.program)}, dir); err != nil {
			done <- failed("LibreOffice cannot be kept from other files.", err)
			return
		}
		done <- o.alone(ctx, dir, document)
	}()
	return <-done
}

// programFolder is where a program and its parts are.
func programFolder(program string) string {
	if path, err := filepath.EvalSymlinks(program); err == nil {
		program = path
	}
	return filepath.Dir(program)
}

// errAgain is how LibreOffice says that it wants to be started again: the first time,
// once it has made its profile (EXITHELPER_NORMAL_RESTART of its desktop).
var errAgain = errors.New("LibreOffice wants to be started again")

const exitAgain = 81

// alone has LibreOffice do its work.
func (o office) alone(ctx context.Context, dir, document string) error {
	program := o.program
	// The script that one starts refuses to without this file, which a service that sees
	// nothing of /proc but processes has not. What it would start is beside it.
	if _, err := os.Stat("/proc/version"); err != nil {
		if path, err := filepath.EvalSymlinks(program); err == nil {
			if _, err := os.Stat(path + ".bin"); err == nil {
				program = path + ".bin"
			}
		}
	}
	err := o.once(ctx, program, dir, document)
	if errors.Is(err, errAgain) { // which the script would do, too
		err = o.once(ctx, program, dir, document)
	}
	return err
}

// once starts LibreOffice and waits for it.
func (o office) once(ctx context.Context, program, dir, document string) error {
	limited, cancel := context.WithTimeoutCause(ctx, o.limit.time, errTimeout)
	defer cancel()
	limited, stop := context.WithCancelCause(limited)
	defer stop(nil)
	var said bytes.Buffer
	build := func() *exec.Cmd {
		cmd := exec.CommandContext(limited, program, "-env:UserInstallation="+profileURL(dir),
			"--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", "pdf", "--outdir", dir, document)
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8", "PATH=/usr/bin:/bin", "SAL_USE_VCLPLUGIN=svp"}
		cmd.Stdout, cmd.Stderr = &said, &said
		cmd.WaitDelay = 5 * time.Second
		cmd.Cancel = func() error { return killTree(cmd.Process) }
		return cmd
	}
	cmd, rope, err := o.start(build)
	if err != nil {
		return failed("LibreOffice does not start.", err)
	}
	defer rope.cut()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchTree(limited, cmd.Process.Pid, o.limit.memory, func() { stop(errMemory) })
	}()
	err = cmd.Wait()
	cause := context.Cause(limited)
	stop(nil)
	<-watched
	switch {
	case errors.Is(cause, errTimeout):
		return &impose.Error{Cause: impose.CauseTimeout, Text: "LibreOffice needs more time for the document than is allowed.", Err: cause}
	case errors.Is(cause, errMemory):
		return tooBig(cause)
	case err != nil && cmd.ProcessState.ExitCode() == exitAgain:
		return &impose.Error{Cause: impose.CauseFailed, Text: "LibreOffice does not start.", Err: errAgain}
	case err != nil:
		return &impose.Error{Cause: impose.CauseDamaged, Text: "LibreOffice cannot read the document.", Err: fmt.Errorf("%w: %s", err, first(said.Bytes()))}
	}
	return nil
}

// start starts a command, in the namespaces of its own that are allowed: systemd's
// RestrictNamespaces, containers and some distributions forbid some or all.
func (o office) start(build func() *exec.Cmd) (cmd *exec.Cmd, rope *tether, err error) {
	defer limitFiles(o.limit.output)()
	for _, apart := range []func(*exec.Cmd){withoutNetwork, sharingIPC, func(*exec.Cmd) {}} {
		cmd = build()
		apart(cmd)
		if rope, err = startTied(cmd); err == nil {
			return cmd, rope, nil
		}
	}
	return cmd, nil, err
}

// officePart is a program of LibreOffice, which may be installed or not.
type officePart string

// The parts, by their libraries.
const (
	writer  officePart = "sw"
	calc    officePart = "sc"
	impress officePart = "sd"
)

// officeTypes are the formats that LibreOffice reads.
var officeTypes = map[string]struct {
	ext  string
	part officePart
}{
	"application/msword": {"doc", writer},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"docx", writer},
	"application/vnd.oasis.opendocument.text":                                 {"odt", writer},
	"application/rtf":          {"rtf", writer},
	"text/rtf":                 {"rtf", writer},
	"application/vnd.ms-excel": {"xls", calc},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"xlsx", calc},
	"application/vnd.oasis.opendocument.spreadsheet":                    {"ods", calc},
	"text/csv":                      {"csv", calc},
	"application/vnd.ms-powerpoint": {"ppt", impress},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {"pptx", impress},
	"application/vnd.oasis.opendocument.presentation":                           {"odp", impress},
}

// officeExtension is that of files of a format, if LibreOffice reads it.
func officeExtension(format string) (string, bool) {
	t, ok := officeTypes[format]
	return t.ext, ok
}

// officeFormats lists what the LibreOffice at a place reads.
func officeFormats(program string) []string {
	var list []string
	has := map[officePart]bool{}
	for format, t := range officeTypes {
		if _, known := has[t.part]; !known {
			has[t.part] = hasPart(program, t.part)
		}
		if has[t.part] {
			list = append(list, format)
		}
	}
	slices.Sort(list)
	return list
}

// hasPart reports whether a part is installed: distributions have packages of each.
// Where libraries have other names, all are.
func hasPart(program string, part officePart) bool {
	path, err := filepath.EvalSymlinks(program)
	if err != nil {
		return false
	}
	dir := filepath.Dir(path)
	if libraries, _ := filepath.Glob(filepath.Join(dir, "libs?lo.so")); len(libraries) == 0 {
		return true
	}
	_, err = os.Stat(filepath.Join(dir, "lib"+string(part)+"lo.so"))
	return err == nil
}

// findOffice is where LibreOffice's program is, "" if it is not installed.
func findOffice() string {
	for _, name := range []string{"soffice", "libreoffice"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	for _, pattern := range []string{
		"/usr/bin/soffice",
		"/opt/libreoffice*/program/soffice",
		"/Applications/LibreOffice.app/Contents/MacOS/soffice",
		`C:\Program Files\LibreOffice\program\soffice.exe`,
	} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}
