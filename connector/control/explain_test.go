package control

import (
	"testing"

	"github.com/OpenPrinting/goipp"
)

// Whatever is called a password is not shown; how it is encrypted is.
func TestPasswordsAreNotExplained(t *testing.T) {
	rows := inWords(goipp.Attributes{
		goipp.MakeAttribute("job-password", goipp.TagString, goipp.Binary("1234")),
		goipp.MakeAttribute("document-password", goipp.TagString, goipp.Binary("1234")),
		goipp.MakeAttribute("LockedPrintPassword", goipp.TagKeyword, goipp.String("1234")),
		goipp.MakeAttribute("job-password-encryption", goipp.TagKeyword, goipp.String("none")),
	})
	for i, want := range []string{"(secret)", "(secret)", "(secret)", "none"} {
		if got := rows[i].Values[0]; got != want {
			t.Errorf("%s: %s, want %s", rows[i].Name, got, want)
		}
	}
}
