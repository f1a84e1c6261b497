package wine

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
)

// Where things are in the file that writeForwarder writes.
const (
	headersLen = 0x200
	sectionRVA = 0x1000
	imageBase  = 0x180000000
)

// writeForwarder writes bcryptprimitives.dll, which programs made by Go ask for their
// random numbers and Wine 8 does not have. It is a library without code: its one export,
// ProcessPrng, is forwarded to advapi32.SystemFunction036 (RtlGenRandom), which takes the
// same arguments. See "PE Format", Microsoft.
func writeForwarder(t *testing.T, path string) {
	t.Helper()
	var f bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&f, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	exports := exportSection(t, "bcryptprimitives.dll", "ProcessPrng", "advapi32.SystemFunction036")
	put([]byte("MZ"), make([]byte, 58), uint32(64), []byte("PE\x00\x00"))
	// COFF header: x86-64, one section, a library of 64 bits.
	put(uint16(0x8664), uint16(1), uint32(0), uint32(0), uint32(0), uint16(240), uint16(0x2022))
	// Optional header: PE32+; the linker's version; sizes; no entry point.
	put(uint16(0x20b), uint16(14), uint32(0), uint32(headersLen), uint32(0), uint32(0), uint32(sectionRVA))
	put(uint64(imageBase), uint32(0x1000), uint32(headersLen), uint16(6), uint16(0), uint16(0), uint16(0), uint16(6), uint16(0), uint32(0))
	put(uint32(2*sectionRVA), uint32(headersLen), uint32(0), uint16(3), uint16(0x160))
	put(uint64(1<<20), uint64(1<<12), uint64(1<<20), uint64(1<<12), uint32(0), uint32(16))
	put(uint32(sectionRVA), uint32(len(exports)), make([]byte, 15*8)) // sixteen directories
	put([]byte(".rdata\x00\x00"), uint32(len(exports)), uint32(sectionRVA), uint32(headersLen), uint32(headersLen), make([]byte, 12), uint32(0x40000040))
	put(make([]byte, headersLen-f.Len()), exports, make([]byte, headersLen-len(exports)))
	if err := os.WriteFile(path, f.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// exportSection is the export directory of a library with one name, which leads to another
// library's.
func exportSection(t *testing.T, library, name, forward string) []byte {
	t.Helper()
	const (
		directory = 40
		addresses = sectionRVA + directory
		names     = addresses + 4
		ordinals  = names + 4
		strings   = ordinals + 2
	)
	at := func(before ...string) uint32 {
		n := uint32(strings)
		for _, s := range before {
			n += uint32(len(s)) + 1
		}
		return n
	}
	var b bytes.Buffer
	for _, v := range []any{
		uint32(0), uint32(0), uint32(0), at(), uint32(1), uint32(1), uint32(1), uint32(addresses), uint32(names), uint32(ordinals),
		at(library, name), at(library), uint16(0), []byte(library + "\x00" + name + "\x00" + forward + "\x00"),
	} {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}
