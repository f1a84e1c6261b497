package cups

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/OpenPrinting/goipp"
)

// maxDepth is how deep collections may nest. The decoder is recursive: without a
// bound, a message of 22 MB ends the process.
const maxDepth = 16

// headerSize is version, operation or status, and request-id (RFC 8010, 3.1.1).
const headerSize = 8

var (
	errShort = errors.New("IPP message ends too early")
	errDeep  = fmt.Errorf("IPP message nests collections deeper than %d", maxDepth)
)

// prescan walks over the attributes of an IPP message without decoding them and
// returns where they end. It refuses what could harm the decoder.
func prescan(msg []byte) (int, error) {
	if len(msg) < headerSize {
		return 0, errShort
	}
	depth := 0
	for at := headerSize; at < len(msg); {
		tag := goipp.Tag(msg[at])
		at++
		if tag == goipp.TagEnd {
			return at, nil
		}
		if tag < goipp.TagUnsupportedValue { // a group's delimiter stands alone
			continue
		}
		switch tag {
		case goipp.TagBeginCollection:
			if depth++; depth > maxDepth {
				return 0, errDeep
			}
		case goipp.TagEndCollection:
			depth = max(0, depth-1)
		}
		for range 2 { // name and value, each with its length
			if len(msg)-at < 2 {
				return 0, errShort
			}
			at += 2 + int(binary.BigEndian.Uint16(msg[at:]))
			if at > len(msg) {
				return 0, errShort
			}
		}
	}
	return 0, errShort
}

// Decode reads an IPP message from outside: what could harm the decoder is
// refused, and the broken collections of some printers are understood. What
// follows the attributes is ignored.
func Decode(msg []byte) (*goipp.Message, error) {
	end, err := prescan(msg)
	if err != nil {
		return nil, err
	}
	var m goipp.Message
	// Some printers write broken collections; the decoder knows them.
	if err := m.DecodeBytesEx(msg[:end], goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
		return nil, fmt.Errorf("decoding an IPP message: %w", err)
	}
	return &m, nil
}
