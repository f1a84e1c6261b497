package cli

import (
	"fmt"
	"io"
)

// Finding is the result of one check of a doctor command.
type Finding struct {
	Check  string `json:"check"`            // what was looked at
	OK     bool   `json:"ok"`               // nothing to do
	Detail string `json:"detail"`           // what was found
	Advice string `json:"advice,omitempty"` // what to do, if not OK
}

// Found returns the finding of a check that ended with err, or with detail.
func Found(check, detail string, err error, advice string) Finding {
	if err != nil {
		return Finding{Check: check, Detail: err.Error(), Advice: advice}
	}
	return Finding{Check: check, OK: true, Detail: detail}
}

// Judged is Found with the advice that the error itself gives, if it gives any: see Advice.
func Judged(check, detail string, err error, otherwise string) Finding {
	return Found(check, detail, err, Advice(err, otherwise))
}

// PrintFindings writes one line a finding, and the advice below it.
func PrintFindings(w io.Writer, findings []Finding) error {
	for _, f := range findings {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
		}
		if _, err := fmt.Fprintf(w, "%s  %s: %s\n", mark, f.Check, Printable(f.Detail)); err != nil {
			return err
		}
		if !f.OK && f.Advice != "" {
			fmt.Fprintf(w, "      -> %s\n", f.Advice)
		}
	}
	return nil
}

// Failed returns an error if any finding is not OK.
func Failed(findings []Finding) error {
	n := 0
	for _, f := range findings {
		if !f.OK {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d checks failed", n, len(findings))
}
