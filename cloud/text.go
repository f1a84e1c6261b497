package cloud

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitle bounds a job's title and a printer's names, in characters.
const maxTitle = 255

// CleanTitle drops control characters and cuts to a length that every database,
// page and printer can show.
func CleanTitle(title string) string {
	title = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, ValidText(title))
	if utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	return string([]rune(title)[:maxTitle])
}

// ValidText replaces what is not UTF-8, which JSON does not take, and drops NUL,
// which no text column takes.
func ValidText(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
