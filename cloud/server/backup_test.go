package server

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// testConfig returns settings for a state folder.
func testConfig(dir string) Config {
	cfg := Default()
	cfg.StateDir = dir
	return cfg
}

// openCloud opens a cloud's state as administrative commands do.
func openCloud(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Open(t.Context(), testConfig(dir), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // most tests closed it already
	return s
}

// sender submits jobs to a printer of its own.
type sender struct {
	*Server
	who     cloud.Caller
	printer gcp.PrinterID
}

func newSender(t *testing.T, s *Server) *sender {
	t.Helper()
	u, err := s.service.AddUser(t.Context(), "ada@example.com", "", false)
	if err != nil {
		t.Fatal(err)
	}
	who := cloud.Caller{User: &u, Via: cloud.ViaToken}
	name, proxy := "queue", "px"
	caps := []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}]}}`)
	p, err := s.service.Register(t.Context(), who, cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: caps})
	if err != nil {
		t.Fatal(err)
	}
	return &sender{s, who, p.ID}
}

// send submits a document that holds its title.
func (s *sender) send(ctx context.Context, title string) (gcp.JobID, error) {
	doc, err := s.blobs.Save(ctx, strings.NewReader("%PDF-1.4 "+title), 1<<20, "application/pdf")
	if err != nil {
		return "", err
	}
	j, err := s.service.Submit(ctx, s.who, cloud.Submission{
		Printer: s.printer, Title: title, ContentType: "application/pdf", Document: doc,
	})
	return j.ID, err
}

func backUp(t *testing.T, cfg Config) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.tar")
	if _, err := (Backup{Config: cfg, File: file, Version: "test"}).Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	return file
}

// That a backup was written is noted for the service, also where root writes it for
// another account, which could have laid a link there.
func TestBackupIsNoted(t *testing.T) {
	dir := t.TempDir()
	_ = openCloud(t, dir).Close()
	target, note := filepath.Join(t.TempDir(), "else"), filepath.Join(dir, lastBackup)
	for _, err := range []error{os.WriteFile(target, []byte("precious"), 0o600), os.Symlink(target, note)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	owner := os.Geteuid()
	if owner == 0 {
		owner = 4321
		if err := os.Chown(dir, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	backUp(t, testConfig(dir))
	if text, err := os.ReadFile(target); err != nil || string(text) != "precious" {
		t.Errorf("the file behind the link: %q, %v", text, err)
	}
	if at := backedUp(dir); time.Since(at) > time.Minute {
		t.Errorf("the last backup was at %v", at)
	}
	info, err := os.Lstat(note)
	if err != nil {
		t.Fatal(err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != owner || !info.Mode().IsRegular() {
		t.Errorf("the note is %v of %+v, want it of %d", info.Mode(), st, owner)
	}
}

// A backup that is made while jobs come in and documents are deleted is whole:
// each job of it is restored, held, with its document.
func TestBackupUnderLoad(t *testing.T) {
	from := t.TempDir()
	s := newSender(t, openCloud(t, from))
	if _, err := openAuthority(from); err != nil {
		t.Fatal(err)
	}
	if _, err := testConfig(from).tokenKey(); err != nil {
		t.Fatal(err)
	}
	before := map[gcp.JobID]string{}
	for i := range 20 {
		title := fmt.Sprint("before ", i)
		id, err := s.send(t.Context(), title)
		if err != nil {
			t.Fatal(err)
		}
		before[id] = title
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() { s.churn(ctx, t, g) })
	}
	settings := filepath.Join(t.TempDir(), "platen-cloud.toml")
	if err := os.WriteFile(settings, []byte("allow_url = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.tar")
	b := Backup{Config: testConfig(from), File: file, Version: "test", Settings: settings}
	b.Config.TLSCert, b.Config.TLSKey = "/etc/cert.pem", "/etc/key.pem"
	backed, err := b.Write(t.Context())
	cancel()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if len(backed.Damaged) > 0 || backed.Documents < 20 || !slices.Equal(backed.Left, []string{"tls_cert = /etc/cert.pem", "tls_key = /etc/key.pem"}) {
		t.Errorf("%+v", backed)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != backed.Bytes {
		t.Errorf("the archive: %v, %v", info, err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("beside the archive: %v, %v", left, err)
	}

	into := filepath.Join(t.TempDir(), "new", "state")
	r, err := Restore{File: file, Into: into}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Held < 20 || r.Documents != backed.Documents || r.Version != "test" || r.Aside != "" || r.Settings != filepath.Join(into, "settings.toml") {
		t.Errorf("%+v", r)
	}
	checkRestored(t, from, into, before)
}

// churn submits jobs, and cancels and forgets some of them with their documents.
func (s *sender) churn(ctx context.Context, t *testing.T, g int) {
	for i := 0; ctx.Err() == nil; i++ {
		id, err := s.send(ctx, fmt.Sprint("during ", g, " ", i))
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		if i%2 == 0 {
			continue
		}
		j, _, err := s.db.Job(t.Context(), id)
		if err == nil {
			err = errors.Join(s.blobs.Remove(t.Context(), j.Document.ID), s.db.ForgetDocuments(t.Context(), []gcp.JobID{id}))
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// checkRestored compares a restored cloud with the one that was backed up.
func checkRestored(t *testing.T, from, into string, before map[gcp.JobID]string) {
	t.Helper()
	s, old := openCloud(t, into), openCloud(t, from)
	ctx := t.Context()
	for id, title := range before {
		j, _, err := s.db.Job(ctx, id)
		if err != nil || j.Title != title || j.State.Type != gcp.JobHeld || j.Restored != gcp.JobQueued {
			t.Errorf("job %q: %+v, %v", title, j, err)
			continue
		}
		f, err := s.blobs.Open(ctx, j.Document.ID)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(f); err != nil || string(text) != "%PDF-1.4 "+title {
			t.Errorf("document of %q: %q, %v", title, text, err)
		}
		_ = f.Close()
	}
	e1, err1 := old.db.Epoch(ctx)
	e2, err2 := s.db.Epoch(ctx)
	if err := errors.Join(err1, err2); err != nil || e1 == e2 {
		t.Errorf("epochs %q and %q, %v", e1, e2, err)
	}
	for _, name := range []string{"ca.pem", "token-key.pem"} {
		one, err1 := os.ReadFile(filepath.Join(from, name))
		other, err2 := os.ReadFile(filepath.Join(into, name))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(one, other) {
			t.Errorf("%s is another one, %v", name, err)
		}
	}
	list, err := os.ReadDir(into)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 || strings.HasPrefix(e.Name(), ".") {
			t.Errorf("in the state folder: %v, %v", info, err)
		}
	}
}

// A restore refuses a folder that is in use or not empty; with force, what was
// there is moved aside whole.
func TestRestoreKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	s := newSender(t, openCloud(t, dir))
	if _, err := s.send(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	file := backUp(t, testConfig(dir))
	if _, err := s.send(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	for _, how := range []Existing{"", ExistingAside} {
		if _, err := (Restore{File: file, Into: dir, Existing: how}).Run(t.Context()); !errors.Is(err, ErrInUse) {
			t.Errorf("restore beside the service: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := (Restore{File: file, Into: dir}).Run(t.Context()); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("restore into a folder that is not empty: %v", err)
	}
	for n := range 2 {
		r, err := Restore{File: file, Into: dir, Existing: ExistingAside}.Run(t.Context())
		if err != nil || r.Held != 1 || r.Aside == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		if n == 0 {
			old := openCloud(t, r.Aside)
			if docs, err := os.ReadDir(filepath.Join(r.Aside, "documents")); err != nil || len(docs) != 2 {
				t.Errorf("documents that were moved aside: %v, %v", docs, err)
			}
			if err := old.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "cloud.db")); err != nil {
		t.Error(err)
	}
}

// A restore that was killed half way leaves a folder that the service refuses,
// and that another restore mends.
func TestRestoreInterrupted(t *testing.T) {
	dir := t.TempDir()
	s := newSender(t, openCloud(t, dir))
	if _, err := s.send(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	file := backUp(t, testConfig(dir))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".restoring-1", ".restored"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "documents"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(t.Context(), testConfig(dir), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "platen-cloud restore --force") {
		t.Errorf("the service opened it: %v", err)
	}
	if _, err := (Restore{File: file, Into: dir, Existing: ExistingAside}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := openCloud(t, dir).Close(); err != nil {
		t.Error(err)
	}
}

// An archive that was cut off or changed restores nothing, wherever it was.
func TestDamagedArchives(t *testing.T) {
	dir := t.TempDir()
	s := newSender(t, openCloud(t, dir))
	if _, err := s.send(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(backUp(t, testConfig(dir)))
	if err != nil {
		t.Fatal(err)
	}
	manifest := bytes.Index(whole, []byte("manifest.json")) // its header
	damaged := map[string][]byte{"nothing": nil, "text": []byte(strings.Repeat("no tar ", 1000))}
	for _, n := range []int{100, 600, len(whole) / 2, manifest, manifest + 700} {
		damaged[fmt.Sprint("cut at ", n)] = whole[:n]
	}
	for _, n := range []int{5000, manifest - 600, manifest + 600} {
		changed := bytes.Clone(whole)
		changed[n] ^= 1
		damaged[fmt.Sprint("changed at ", n)] = changed
	}
	for name, members := range map[string][]tar.Header{
		"outside":      {{Name: "../cloud.db"}},
		"absolute":     {{Name: "/etc/passwd"}},
		"hidden":       {{Name: "documents/../../x"}},
		"another":      {{Name: "notes.txt"}},
		"link":         {{Name: "cloud.db", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}},
		"hard link":    {{Name: "ca.pem", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}},
		"folder":       {{Name: "documents/", Typeflag: tar.TypeDir}},
		"twice":        {{Name: "ca.pem"}, {Name: "ca.pem"}},
		"no manifest":  {{Name: "cloud.db"}},
		"bad manifest": {{Name: "cloud.db"}, {Name: "manifest.json"}},
	} {
		damaged[name] = tarOf(t, members)
	}
	damaged["too long"] = append(bytes.Clone(tarOf(t, []tar.Header{{Name: "cloud.db", Size: 1 << 40}})), make([]byte, 100)...)
	for name, data := range damaged {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			file, into := filepath.Join(parent, "archive"), filepath.Join(parent, "state")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := (Restore{File: file, Into: into}).Run(t.Context()); err == nil {
				t.Errorf("restored: %+v", r)
			} else {
				t.Log(err)
			}
			if left, err := os.ReadDir(into); err != nil || len(left) > 1 { // the lock
				t.Errorf("left in the folder: %v, %v", left, err)
			}
		})
	}
}

// tarOf returns an archive of members without bytes, whatever their size says.
func tarOf(t *testing.T, members []tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range members {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Flush() // fails where bytes are missing, as they should
	return append(b.Bytes(), make([]byte, 1024)...)
}

// A document that is deleted while the backup runs does not make it fail, and one
// that the disk has changed is named.
func TestBackupOfMissingAndDamagedDocuments(t *testing.T) {
	dir := t.TempDir()
	s := newSender(t, openCloud(t, dir))
	var docs []string
	for _, title := range []string{"gone", "damaged", "good"} {
		id, err := s.send(t.Context(), title)
		if err != nil {
			t.Fatal(err)
		}
		j, _, err := s.db.Job(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, j.Document.ID)
	}
	if err := s.blobs.Remove(t.Context(), docs[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "documents", docs[1]), []byte("%PDF-1.4 damageD"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	b, err := Backup{Config: testConfig(dir), File: file}.Write(t.Context())
	if err != nil || b.Gone != 1 || b.Documents != 2 || !slices.Equal(b.Damaged, docs[1:2]) {
		t.Errorf("%+v, %v", b, err)
	}
	r, err := Restore{File: file, Into: t.TempDir()}.Run(t.Context())
	if err != nil || r.Documents != 2 || r.Held != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What a backup never overwrites, and where there is nothing to back up.
func TestBackupRefuses(t *testing.T) {
	dir := t.TempDir()
	openCloud(t, dir)
	file := backUp(t, testConfig(dir))
	if _, err := (Backup{Config: testConfig(dir), File: file}).Write(t.Context()); err == nil {
		t.Error("a backup was overwritten")
	}
	empty := t.TempDir()
	if _, err := (Backup{Config: testConfig(empty), File: filepath.Join(t.TempDir(), "b")}).Write(t.Context()); err == nil {
		t.Error("an empty folder was backed up")
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("left in the empty folder: %v, %v", left, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	late := filepath.Join(t.TempDir(), "b")
	if _, err := (Backup{Config: testConfig(dir), File: late}).Write(ctx); err == nil {
		t.Error("a backup outlived its context")
	}
	if left, err := os.ReadDir(filepath.Dir(late)); err != nil || len(left) > 0 {
		t.Errorf("left of a backup that failed: %v, %v", left, err)
	}
}
