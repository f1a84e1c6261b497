package cloud

import (
	"bytes"
	"strings"

	"platen/internal/impose"
)

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
	case impose.PostScript, "application/eps", "application/x-eps", "image/eps", "image/x-eps":
		return []string{"%!", "\x04%!", "\xc5\xd0\xd3\xc6", "\x1b%-12345X"} // DOS EPS; inside PJL
	case "image/pwg-raster":
		return []string{"RaS2", "2SaR"} // PWG 5102.4, 4.2; the other order is met in practice
	case "image/urf":
		return []string{"UNIRAST\x00"}
	case "application/pclm": // a kind of PDF
		return []string{"%PDF-"}
	}
	if packed(mediaType) {
		// ZIP (APPNOTE.TXT, 4.3.7), or with a password a compound file (MS-CFB, 2.2).
		return []string{"PK\x03\x04", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}
	}
	return nil
}

// packed reports whether documents of a type are ZIP archives: OpenXPS (ECMA-388),
// Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300).
func packed(mediaType string) bool {
	switch mediaType {
	case "application/oxps", "application/openxps", "application/vnd.ms-xpsdocument", "application/vnd.ms-xps", "application/xps":
		return true
	}
	return strings.HasPrefix(mediaType, "application/vnd.openxmlformats-officedocument.") ||
		strings.HasPrefix(mediaType, "application/vnd.oasis.opendocument.") && !strings.HasSuffix(mediaType, "-flat-xml")
}

// escape begins the commands of PCL, ESC/POS and PJL.
const escape = 0x1b

// commands reports whether a document that should be of another type begins as a
// printer's commands: a printer that takes that type would carry them out. Text may
// begin with anything.
func commands(mediaType string, head []byte) bool {
	return mediaType != "" && !strings.HasPrefix(mediaType, "text/") && impose.Language(mediaType) == "" && impose.Language(LooksLike(head)) != ""
}

// CheckContent refuses a document that does not begin as its MIME type says: its
// sender must not be told "done" for something else. head are the first
// ContentHead bytes of the document, or all of a shorter one. The refusal is of
// KindUnsupported.
func CheckContent(kind string, head []byte) error {
	head = head[:min(len(head), ContentHead)]
	name := mediaType(kind)
	magics := magicOf(name)
	ok := len(magics) == 0 && !commands(name, head)
	for _, m := range magics {
		ok = ok || bytes.HasPrefix(head, []byte(m))
	}
	if name == "application/pdf" {
		// Readers look for it in the first 1024 bytes (ISO 32000-1, annex H.3.4.1). What
		// is before it must be no printer's commands, or a raw queue would carry them out.
		before, _, found := bytes.Cut(head, []byte("%PDF-"))
		ok = found && !bytes.ContainsRune(before, escape) && impose.Language(LooksLike(before)) == ""
	}
	if !ok {
		return &Error{Kind: KindUnsupported, Message: "The document is not of the type " + name + "."}
	}
	return nil
}
