// Package archive reads and writes backups of the cloud: one tar, whose members
// are bounded, named and listed with their digests. It knows nothing of what is
// in them.
package archive

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
)

// A backup is a tar (POSIX.1-2001, pax) of the files below, in any order, with
// the manifest as its last member: an archive without it was cut off.
const (
	Database  = "cloud.db"
	Authority = "ca.pem"
	TokenKey  = "token-key.pem"
	Settings  = "settings.toml" // a copy, for people: the settings are not in the state folder
	Documents = "documents"     // the folder of documents, each named by 32 hexadecimal digits
	manifest  = "manifest.json"
)

// Format is the version of this layout.
const Format = 1

// Bounds of the members that are read as a whole.
const (
	maxManifest = 256 << 20
	maxSmall    = 1 << 20
)

// Manifest says what a backup holds.
type Manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the program that wrote it
	Time    time.Time `json:"time"`    // when the database was copied
	Epoch   string    `json:"epoch"`
	Files   []Member  `json:"files"`
	Left    []string  `json:"left_out,omitempty"` // settings of files that the service needs and that are elsewhere
}

// Member is one file of a backup.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"` // "sha256:" and 64 hexadecimal digits
}

// Bound returns how large a member may be, or false for a name that no
// backup has. A name that passes is a path inside of the folder it is put into.
func Bound(name string) (int64, bool) {
	switch name {
	case Database:
		return 1 << 50, true
	case Authority, TokenKey, Settings:
		return maxSmall, true
	case manifest:
		return maxManifest, true
	}
	id, ok := strings.CutPrefix(name, Documents+"/")
	raw, err := hex.DecodeString(id)
	return 1 << 50, ok && err == nil && len(raw) == 16 && strings.ToLower(id) == id
}

// Writer writes a backup.
type Writer struct {
	Manifest Manifest // Add fills in the files
	tar      *tar.Writer
}

// NewWriter returns a writer; m says what is known of the backup at its begin.
func NewWriter(w io.Writer, m Manifest) *Writer {
	m.Format = Format
	return &Writer{m, tar.NewWriter(w)}
}

// Add writes one file of a known size.
func (w *Writer) Add(name string, size int64, r io.Reader) (Member, error) {
	m := Member{Name: name, Size: size}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.Manifest.Time.Truncate(time.Second), Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(h); err != nil {
		return m, fmt.Errorf("write %s: %w", name, err)
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), r, size); err != nil {
		return m, fmt.Errorf("write %s: %w", name, err)
	}
	m.Digest = digestOf(sum)
	w.Manifest.Files = append(w.Manifest.Files, m)
	return m, nil
}

// Finish writes the manifest and ends the archive.
func (w *Writer) Finish() error {
	text, err := json.MarshalIndent(w.Manifest, "", " ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if _, err := w.Add(manifest, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	return w.tar.Close()
}

func digestOf(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// ErrCut is returned for an archive that ends early.
var ErrCut = errors.New("the archive ends early: it is not a whole backup")

// Sink takes what an archive holds.
type Sink struct {
	Create func(name string) (io.WriteCloser, error) // makes each file; names are paths inside of one folder
	Done   func(size int64)                          // hears of each file that is written; may be nil
}

// Read reads a backup that somebody may have changed, length bytes long, to its
// end, and returns its manifest, with which every file has been compared. What
// the sink was given is worth nothing if there is an error.
func Read(r io.Reader, length int64, into Sink) (Manifest, error) {
	a := &reader{tar: tar.NewReader(r), left: length, into: into, seen: map[string]Member{}}
	return a.read()
}

type reader struct {
	tar  *tar.Reader
	left int64 // bytes that may still come: no more than the archive has
	into Sink
	seen map[string]Member
}

func (a *reader) read() (Manifest, error) {
	for {
		h, err := a.tar.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return Manifest{}, ErrCut
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("read the archive: %w", err)
		}
		if err := a.check(h); err != nil {
			return Manifest{}, err
		}
		if h.Name == manifest {
			return a.manifest()
		}
		if err := a.member(h); err != nil {
			return Manifest{}, err
		}
	}
}

// check refuses members that no backup has: other names, links, sparse files,
// and more bytes than the archive is long.
func (a *reader) check(h *tar.Header) error {
	bound, known := Bound(h.Name)
	_, twice := a.seen[h.Name]
	a.left -= h.Size
	switch {
	case !known || h.Typeflag != tar.TypeReg:
		return fmt.Errorf("the archive is no backup of platen-cloud: it holds %q", h.Name)
	case twice:
		return fmt.Errorf("the archive holds %s twice", h.Name)
	case a.left < 0:
		return ErrCut
	case h.Size < 0 || h.Size > bound:
		return fmt.Errorf("the archive says that %s has %d bytes", h.Name, h.Size)
	}
	return nil
}

func (a *reader) member(h *tar.Header) error {
	f, err := a.into.Create(h.Name)
	if err != nil {
		return fmt.Errorf("restore %s: %w", h.Name, err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), a.tar)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrCut
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restore %s: %w", h.Name, err)
	}
	a.seen[h.Name] = Member{Name: h.Name, Size: h.Size, Digest: digestOf(sum)}
	if a.into.Done != nil {
		a.into.Done(h.Size)
	}
	return nil
}

// manifest reads the manifest and compares.
func (a *reader) manifest() (Manifest, error) {
	var m Manifest
	text, err := io.ReadAll(a.tar)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return m, ErrCut
	}
	if err != nil {
		return m, fmt.Errorf("read the manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read the manifest: %w", err)
	}
	if m.Format != Format {
		return m, fmt.Errorf("the backup has format %d, this program knows %d: run the program that wrote it, %s", m.Format, Format, m.Version)
	}
	if _, ok := a.seen[Database]; !ok || len(m.Files) != len(a.seen) {
		return m, fmt.Errorf("the archive holds %d files, its manifest lists %d", len(a.seen), len(m.Files))
	}
	listed := map[string]bool{}
	for _, f := range m.Files {
		if a.seen[f.Name] != f || listed[f.Name] {
			return m, fmt.Errorf("%s in the archive is not what its manifest says: the backup is damaged", f.Name)
		}
		listed[f.Name] = true
	}
	return m, nil
}
