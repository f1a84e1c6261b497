package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// onceKey is the key of what one shown form sends: sent twice, by a double click
// or by reloading after a lost answer, it is one job. Another document sent with
// the same form, after going back to it, is another job. A form without a key,
// which is a program's, has none. Nobody tries PINs with it: the form's key is kept by
// nobody but the browser.
func onceKey(form string, sent ...string) string {
	if form == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", form, sent))
	return "page-" + hex.EncodeToString(sum[:])
}
