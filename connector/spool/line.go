package spool

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"platen/connector"
)

// version is the version of the journal that this program writes. It reads all
// older ones, and Open rewrites them; a newer one it refuses. Version 2 has claims,
// tries and the archive, which an older program would take no notice of.
const version = 2

// maxLine bounds one line of a journal: a job with a very long ticket.
const maxLine = 8 << 20

// eventPast keeps the end of a job that is forgotten otherwise.
const eventPast connector.EventKind = "past"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the first line of a journal.
type header struct {
	Version int        `json:"platen-journal"`
	Since   int64      `json:"since,omitempty"` // microseconds since 1970 from which on every claim is known
	Ends    []endsFile `json:"ends,omitempty"`  // the archive of ended jobs
}

// appendLine appends v as one line: its CRC32C in hex, a blank, and JSON.
func appendLine(b []byte, v any) ([]byte, error) {
	js, err := json.Marshal(v)
	if err != nil {
		return b, err
	}
	b = fmt.Appendf(b, "%08x ", crc32.Checksum(js, castagnoli))
	b = append(b, js...)
	return append(b, '\n'), nil
}

// parseLine returns the JSON of a whole line without its end, or false.
func parseLine(line []byte) ([]byte, bool) {
	if len(line) < 10 || line[8] != ' ' {
		return nil, false
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.Checksum(line[9:], castagnoli) {
		return nil, false
	}
	return line[9:], true
}

// errNotJournal means that a file does not begin like a journal.
var errNotJournal = errors.New("not a journal of platen: move the file away to start with an empty one")

// errNewer means that a newer program wrote the journal.
var errNewer = errors.New("written by a newer platen: use that one, or move the file away and lose the jobs in it")

// readJournal calls begin with the first line, and apply for each whole event. A
// torn tail ends it. Before the first good line after bad ones, which no crash
// leaves between two events that were acknowledged, it calls lost with their number.
func readJournal(r io.Reader, begin func(header) error, apply func(connector.Event), lost func(lines int)) error {
	br := bufio.NewReaderSize(r, 64<<10)
	h, err := readHeader(br)
	if err == nil {
		err = begin(h)
	}
	if err != nil {
		return err
	}
	bad := 0
	for {
		line, err := readLine(br)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var e connector.Event
		js, ok := parseLine(line)
		if !ok || json.Unmarshal(js, &e) != nil || e.ID == "" {
			bad++
			continue
		}
		if bad > 0 {
			lost(bad)
			bad = 0
		}
		apply(e)
	}
}

func readHeader(br *bufio.Reader) (header, error) {
	var h header
	line, err := readLine(br)
	if err != nil && !errors.Is(err, io.EOF) {
		return h, err
	}
	js, ok := parseLine(line)
	if !ok || json.Unmarshal(js, &h) != nil || h.Version < 1 {
		return h, errNotJournal
	}
	if h.Version > version {
		return h, fmt.Errorf("version %d, this program knows up to %d: %w", h.Version, version, errNewer)
	}
	return h, nil
}

// readLine returns the next line without its end; io.EOF also for a line
// without an end, which is torn.
func readLine(br *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return bytes.TrimSuffix(part, []byte("\n")), nil
		case err == nil:
			return bytes.TrimSuffix(append(long, part...), []byte("\n")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		if len(long) < maxLine {
			long = append(long, part...)
		} // a longer line stays cut, and its sum is wrong
	}
}
