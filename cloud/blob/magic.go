package blob

import (
	"bytes"
	"mime"

	"platen/cloud"
)

// magicLength is how many bytes at the start are looked at. Readers accept a PDF
// whose header is within the first 1024 bytes (ISO 32000-1, H.3.4.1).
const magicLength = 1024

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

// checkMagic refuses a document that is not what its type says.
func checkMagic(contentType string, head []byte) error {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		mediaType = contentType
	}
	if mediaType == "application/pdf" || mediaType == "application/x-pdf" {
		if bytes.Contains(head, []byte("%PDF-")) {
			return nil
		}
		return notA(contentType)
	}
	magics := magicOf(mediaType)
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m)) {
			return nil
		}
	}
	if magics == nil {
		return nil
	}
	return notA(contentType)
}

func notA(contentType string) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: "The document is not " + contentType + ", although it says so."}
}
