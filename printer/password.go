package printer

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// Password is what a printer takes as job-password (PWG 5100.11, 5.1): a job that
// waits at the printer until somebody types it.
type Password struct {
	Max        int    // octets; 0: the printer takes none
	Digits     bool   // of digits alone: job-password-repertoire-configured
	Encryption string // job-password-encryption keyword that we can make; "" if there is none
}

// password reads what the printer says of job-password. Where it does not list an
// encryption the password goes as it is.
func password(m attributes) Password {
	p := Password{Max: min(m.upper("job-password-supported"), 255)}
	if p.Max <= 0 {
		return Password{}
	}
	p.Digits = strings.HasSuffix(m.text("job-password-repertoire-configured"), "_digits")
	have := m.texts("job-password-encryption-supported")
	if len(have) == 0 {
		have = []string{"none"}
	}
	for _, e := range encryptions() {
		if slices.Contains(have, e) {
			p.Encryption = e
			break
		}
	}
	return p
}

// encryptions are the values of job-password-encryption that we can make, best
// first. What is best is what the printer understands without doubt: the registry
// leaves open how salted and older digests are written.
func encryptions() []string {
	return []string{"none", "sha2-256", "sha2-512", "sha2-384", "sha2-224", "sha2-512_256", "sha2-512_224", "sha", "md5"}
}

// encrypted returns the octets of job-password.
func (p Password) encrypted(s string) []byte {
	b := []byte(s)
	switch p.Encryption {
	case "sha2-224":
		sum := sha256.Sum224(b)
		return sum[:]
	case "sha2-256":
		sum := sha256.Sum256(b)
		return sum[:]
	case "sha2-384":
		sum := sha512.Sum384(b)
		return sum[:]
	case "sha2-512":
		sum := sha512.Sum512(b)
		return sum[:]
	case "sha2-512_224":
		sum := sha512.Sum512_224(b)
		return sum[:]
	case "sha2-512_256":
		sum := sha512.Sum512_256(b)
		return sum[:]
	case "sha":
		sum := sha1.Sum(b)
		return sum[:]
	case "md5":
		sum := md5.Sum(b)
		return sum[:]
	}
	return b
}

// attributes returns job-password and how it is encrypted, or an *ErrTicket.
func (p Password) attributes(s string) (goipp.Attributes, error) {
	switch {
	case p.Max <= 0 || p.Encryption == "":
		return nil, refuse("the printer keeps no jobs that wait for a password")
	case len(s) > p.Max:
		return nil, refuse("a password for this printer has at most %d characters", p.Max)
	case p.Digits && strings.Trim(s, "0123456789") != "":
		return nil, refuse("a password for this printer consists of digits")
	}
	return goipp.Attributes{
		goipp.MakeAttribute("job-password", goipp.TagString, goipp.Binary(p.encrypted(s))),
		goipp.MakeAttribute("job-password-encryption", goipp.TagKeyword, goipp.String(p.Encryption)),
	}, nil
}

// ForOperation reports whether an attribute of a job belongs among the operation
// attributes of a request, not into the group of the job (PWG 5100.11, 5.1.2).
func ForOperation(name string) bool {
	switch name {
	case "job-password", "job-password-encryption", "document-password":
		return true
	}
	return false
}
