package cloud

import "bytes"

// ContentHead is how many bytes at the start of a document CheckContent looks at.
// Readers accept a PDF whose header is within the first 1024 bytes (ISO 32000-1,
// H.3.4.1).
const ContentHead = 1024

// magicOf returns the beginnings that documents of a type have; none are known
// for most types, and those pass.
func magicOf(mediaType string) []string {
	switch mediaType {
	case "image/jpeg":
		return []string{"\xff\xd8\xff"}
	case "image/png":
		return []string{"\x89PNG\r\n\x1a\n"}
	case "image/gif":
		return []string{"GIF87a", "GIF89a"}
	case "image/tiff":
		return []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"} // the latter two: BigTIFF
	case "application/postscript":
		return []string{"%!", "\x04%!", "\xc5\xd0\xd3\xc6", "\x1b%-12345X"} // DOS EPS; inside PJL
	case "image/pwg-raster":
		return []string{"RaS2", "2SaR"} // PWG 5102.4, 4.2; the other order is met in practice
	case "image/urf":
		return []string{"UNIRAST\x00"}
	}
	return nil
}

// CheckContent refuses a document that does not begin as its MIME type says: its
// sender must not be told "done" for something else. head are the first
// ContentHead bytes of the document, or all of a shorter one. The refusal is of
// KindUnsupported.
func CheckContent(kind string, head []byte) error {
	head = head[:min(len(head), ContentHead)]
	name := mediaType(kind)
	magics := magicOf(name)
	ok := len(magics) == 0
	for _, m := range magics {
		ok = ok || bytes.HasPrefix(head, []byte(m))
	}
	if name == "application/pdf" {
		ok = bytes.Contains(head, []byte("%PDF-"))
	}
	if !ok {
		return &Error{Kind: KindUnsupported, Message: "The document is not of the type " + name + "."}
	}
	return nil
}
