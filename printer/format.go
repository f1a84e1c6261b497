package printer

import (
	"mime"
	"slices"
	"strings"

	"platen/internal/impose"
)

const (
	octetStream = impose.OctetStream
	plainText   = "text/plain"
)

// canonical returns a MIME type in lower case, without parameters and in its usual
// name.
func canonical(format string) string {
	t, _, err := mime.ParseMediaType(format)
	if err != nil {
		t = strings.ToLower(strings.TrimSpace(format))
	}
	switch t {
	case "":
		return octetStream
	case "image/jpg", "image/pjpeg":
		return impose.JPEG
	case "application/x-pdf":
		return impose.PDF
	}
	return t
}

// drawable reports whether the renderer reads a format. Whether it does so with
// office documents is up to what is installed beside it; it says so itself.
func drawable(format string) bool {
	return format == impose.PDF || !scalable(format) || office(format)
}

// scalable is false for formats without pages of their own: what is made of them
// takes the sheet that it is made for.
func scalable(format string) bool {
	return !slices.Contains([]string{impose.JPEG, impose.PNG, "image/gif", "image/tiff", plainText}, format)
}

func office(format string) bool {
	return strings.HasPrefix(format, "application/vnd.openxmlformats-officedocument.") ||
		strings.HasPrefix(format, "application/vnd.oasis.opendocument.") ||
		slices.Contains([]string{
			"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf", "text/rtf", "text/csv",
		}, format)
}

// ownLanguage reports whether documents of a format are a printer's own commands,
// which nothing but such a printer understands.
func ownLanguage(format string) bool { return impose.Language(format) != "" }
