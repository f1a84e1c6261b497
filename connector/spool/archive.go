package spool

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/internal/disk"
)

// The archive keeps ends in files that are only appended to, so that making the
// journal smaller costs as much as what is new. A file is full after so many ends,
// or so long after its first.
const (
	fileEnds = 50_000
	fileAge  = 30 * 24 * time.Hour
)

// endsFile is a file of the archive, and the bytes of it that count.
type endsFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// archive remembers on disk how jobs ended, and in memory where it says so: some
// 30 bytes an end. What counts of its files stands in the journal's first line: what
// was appended and not acknowledged by a new journal is still in the old one.
type archive struct {
	disk   disk.FS
	folder string
	max    int // ends, beside those in the newest file
	full   int // ends in one file
	age    time.Duration
	seed   maphash.Seed

	files []*ends // oldest first; changed by the goroutine that flushes, or while nobody else is there
	made  int     // number of the newest file

	mu sync.Mutex // guards files and what is in them
}

// ends is one file in memory.
type ends struct {
	endsFile
	at    map[uint64]uint32 // offset of a line by the hash of its job
	first int64             // when the first ended; microseconds since 1970
	last  int64
	shut  bool // nothing may be appended
}

func newArchive(d disk.FS, folder string, o Options) *archive {
	return &archive{
		disk: d, folder: folder, max: o.MaxEnded, full: max(min(o.MaxEnded/4, fileEnds), 1), age: o.Remember,
		seed: maphash.MakeSeed(),
	}
}

func (a *archive) path(f *ends) string { return filepath.Join(a.folder, f.Name) }

func (a *archive) hash(id gcp.JobID) uint64 { return maphash.String(a.seed, string(id)) }

// load reads the files that the journal names, and reports whether some of it is
// lost.
func (a *archive) load(files []endsFile) (lost bool, err error) {
	if err := a.disk.Make(a.folder, 0o700); err != nil {
		return false, fmt.Errorf("make folder of ended jobs: %w", err)
	}
	for _, f := range files {
		e := &ends{endsFile: f, at: map[uint64]uint32{}}
		whole, err := a.read(e)
		if err != nil {
			return false, fmt.Errorf("read ended jobs: %w", err)
		}
		lost = lost || !whole
		a.files = append(a.files, e)
		var n int
		if _, err := fmt.Sscanf(f.Name, "ends-%d", &n); err == nil {
			a.made = max(a.made, n)
		}
	}
	return lost, nil
}

// read fills the index of a file, and reports whether the file is whole.
func (a *archive) read(e *ends) (whole bool, err error) {
	if fi, err := a.disk.Stat(a.path(e)); err != nil || fi.Size() != e.Size {
		e.shut = true // what is behind the end belongs to nobody
	}
	f, err := a.disk.Open(a.path(e))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // only read
	br := bufio.NewReaderSize(io.LimitReader(f, e.Size), 64<<10)
	whole = true
	for offset := int64(0); offset < e.Size; {
		line, err := readLine(br)
		if errors.Is(err, io.EOF) {
			return false, nil // shorter than it was
		}
		if err != nil {
			return false, err
		}
		id, at, ok := endLine(line)
		if whole = whole && ok; ok {
			a.note(e, id, at, offset)
		}
		offset += int64(len(line)) + 1
	}
	return whole, nil
}

func (a *archive) note(e *ends, id gcp.JobID, at, offset int64) {
	if len(e.at) == 0 {
		e.first = at
	}
	e.last = max(e.last, at)
	e.at[a.hash(id)] = uint32(min(offset, math.MaxUint32))
}

// endLine returns what the index needs of a line.
func endLine(line []byte) (gcp.JobID, int64, bool) {
	js, ok := parseLine(line)
	if id, at, plain := plainEnd(js); ok && plain {
		return id, at, true
	}
	var e struct {
		ID gcp.JobID `json:"id"`
		At int64     `json:"at"`
	}
	if !ok || json.Unmarshal(js, &e) != nil || e.ID == "" {
		return "", 0, false
	}
	return e.ID, e.At, true
}

// plainEnd is endLine for what this program writes of jobs with ordinary names: a
// start reads many.
func plainEnd(js []byte) (gcp.JobID, int64, bool) {
	rest, ok := bytes.CutPrefix(js, []byte(`{"k":"past","id":"`))
	id, rest, found := bytes.Cut(rest, []byte(`","at":`))
	digits, _, ended := bytes.Cut(rest, []byte{','})
	at, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || !found || !ended || err != nil || len(id) == 0 || bytes.ContainsAny(id, "\"\\") {
		return "", 0, false
	}
	return gcp.JobID(id), at, true
}

// find returns how a job ended; nil if it is not known.
func (a *archive) find(id gcp.JobID) (*end, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.hash(id)
	for _, f := range slices.Backward(a.files) {
		offset, ok := f.at[h]
		if !ok {
			continue
		}
		e, err := a.line(f, int64(offset))
		if err != nil {
			return nil, fmt.Errorf("look up an ended job: %w", err)
		}
		if e.ID == id {
			return &end{e.At, *e.Status, e.Claim}, nil
		}
	}
	return nil, nil
}

// line reads the end at an offset. One that became unreadable counts as not known,
// but not as never ended.
func (a *archive) line(f *ends, offset int64) (connector.Event, error) {
	r, err := a.disk.Open(a.path(f))
	if err != nil {
		return connector.Event{}, err
	}
	defer func() { _ = r.Close() }() // only read
	if _, err := r.Seek(offset, io.SeekStart); err != nil {
		return connector.Event{}, err
	}
	line, err := readLine(bufio.NewReader(r))
	if err != nil {
		return connector.Event{}, err
	}
	var e connector.Event
	js, ok := parseLine(line)
	if !ok || json.Unmarshal(js, &e) != nil || e.Status == nil {
		return e, errors.New("its line is damaged")
	}
	return e, nil
}

// append makes ends durable. They count once a journal names the file with its new
// size; named returns those files, without the ones that are too old.
func (a *archive) append(list []connector.Event, now time.Time) (named []endsFile, err error) {
	for len(list) > 0 {
		f := a.open(now)
		n := min(len(list), max(a.full-len(f.at), 1))
		if err := a.write(f, list[:n]); err != nil {
			f.shut = true // the next try goes into another file
			return nil, fmt.Errorf("write ended jobs: %w", err)
		}
		list = list[n:]
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire(now)
	named = make([]endsFile, 0, len(a.files))
	for _, f := range a.files {
		if len(f.at) > 0 {
			named = append(named, f.endsFile)
		}
	}
	return named, nil
}

// open returns the file that ends are appended to.
func (a *archive) open(now time.Time) *ends {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := len(a.files); n > 0 {
		f := a.files[n-1]
		young := len(f.at) == 0 || now.Sub(time.UnixMicro(f.first)) < fileAge
		if !f.shut && young && len(f.at) < a.full && f.Size < math.MaxUint32/2 {
			return f
		}
	}
	a.made++
	f := &ends{endsFile: endsFile{Name: fmt.Sprintf("ends-%06d", a.made)}, at: map[uint64]uint32{}}
	a.files = append(a.files, f)
	return f
}

// write appends ends to a file, and then to its index.
func (a *archive) write(f *ends, list []connector.Event) error {
	var b bytes.Buffer
	offsets := make([]int64, len(list))
	for i, e := range list {
		offsets[i] = f.Size + int64(b.Len())
		line, err := appendLine(nil, e)
		if err != nil {
			return err
		}
		b.Write(line)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if f.Size == 0 {
		flags |= os.O_TRUNC // one that nobody acknowledged may have the name
	}
	w, err := a.disk.OpenFile(a.path(f), flags, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	if err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	if f.Size == 0 {
		if err := a.disk.Sync(a.folder); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, e := range list {
		a.note(f, e.ID, e.At, offsets[i])
	}
	f.Size += int64(b.Len())
	return nil
}

// expire forgets the oldest files: those in which all is older than is remembered,
// and those without which there is enough. The newest stays whatever the clock says.
// The caller holds mu.
func (a *archive) expire(now time.Time) {
	total := 0
	for _, f := range a.files {
		total += len(f.at)
	}
	for len(a.files) > 1 {
		f := a.files[0]
		if f.last >= now.Add(-a.age).UnixMicro() && total-len(f.at) < a.max {
			return
		}
		total -= len(f.at)
		a.files = a.files[1:]
	}
}

// sweep deletes the files that do not count any more.
func (a *archive) sweep() error {
	a.mu.Lock()
	keep := map[string]bool{}
	for _, f := range a.files {
		keep[f.Name] = true
	}
	a.mu.Unlock()
	return a.disk.List(a.folder, func(e fs.DirEntry) error {
		if keep[e.Name()] {
			return nil
		}
		if err := a.disk.Remove(filepath.Join(a.folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete old ends: %w", err)
		}
		return nil
	})
}
