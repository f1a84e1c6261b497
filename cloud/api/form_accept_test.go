package api

import (
	"slices"
	"strings"
	"testing"

	"platen/cloud"
)

// Accept as clients write it (RFC 9110, 12.5.1).
func TestAcceptIsBounded(t *testing.T) {
	for lines, want := range map[string][]cloud.MediaRange{
		"":                                  nil,
		"*/*":                               {{Type: "*/*", Quality: 1}},
		`"application/pdf"`:                 {{Type: "application/pdf", Quality: 1}},
		"image/PWG-raster; q=0.5 , */*;q=0": {{Type: "image/pwg-raster", Quality: 0.5}, {Type: "*/*", Quality: 0}},
		"nonsense/;;, text/plain;q=7":       {{}, {Type: "text/plain", Quality: 1}},
	} {
		if have := accepted([]string{lines}); !slices.Equal(have, want) {
			t.Errorf("%q: %v", lines, have)
		}
	}
	if n := len(accepted([]string{strings.Repeat("a/b,", 1000), "c/d"})); n != maxAccept {
		t.Errorf("%d types", n)
	}
}
