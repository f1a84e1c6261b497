package cloud_test

import (
	"testing"

	"platen/cloud"
	"platen/internal/impose"
)

// A picture that the printer is asked to fit to its sheet becomes a page of the
// picture's own size: on a sheet of the printer's size it would be fitted already.
func TestPictureThatThePrinterFits(t *testing.T) {
	w, _, _ := newPress(t)
	const media = `"supported_content_type":[{"content_type":"application/pdf"}],"media_size":{"option":[{"width_microns":210000,"height_microns":297000,"is_default":true}]}`
	const fits = `,"fit_to_page":{"option":[{"type":"NO_FITTING"},{"type":"FIT_TO_PAGE"}]}`
	const fit = `{"print":{"fit_to_page":{"type":"FIT_TO_PAGE"}}}`
	for name, m := range map[string]struct {
		cdd, kind, ticket string
		onSheet           bool
	}{
		"fitted by the printer": {media + fits, impose.JPEG, fit, false},
		"not to be fitted":      {media + fits, impose.JPEG, `{}`, true},
		"fitted here":           {media, impose.JPEG, fit, true},
		"text":                  {media + fits, "text/plain", fit, true},
	} {
		w.sections(m.cdd)
		j, err := w.Submit(t.Context(), w.alice, cloud.Submission{
			Printer: w.printer, ContentType: m.kind, Document: w.document(), Ticket: []byte(m.ticket),
		})
		must(t, err)
		done, err := w.work(j.ID, cloud.Form{})
		must(t, err)
		if got := done.Layout.Media != (impose.Media{}); got != m.onSheet {
			t.Errorf("%s: on a sheet is %v: %+v", name, got, done)
		}
	}
}
