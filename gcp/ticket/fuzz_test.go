package ticket

import (
	"testing"

	"platen/gcp"
)

// FuzzCheck reads capabilities and tickets from strangers: whatever they say, there
// is an answer, and a refusal is a sentence.
func FuzzCheck(f *testing.F) {
	f.Add(cdd, `{"print":{"copies":{"copies":3},"media_size":{"width_microns":9,"height_microns":-9}}}`)
	f.Add(`{}`, `{"print":{"vendor_ticket_item":[{"id":"x","value":1}],"margins":{}}}`)
	f.Fuzz(func(t *testing.T, capabilities, job string) {
		var can gcp.CDD
		var want gcp.CJT
		if gcp.DecodeLenient([]byte(capabilities), &can) != nil || gcp.DecodeLenient([]byte(job), &want) != nil {
			return
		}
		notes, err := Check(can, want)
		if err != nil && (err.Error() == "" || notes != nil) {
			t.Errorf("%q, %v", err, notes)
		}
	})
}
