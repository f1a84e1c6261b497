package printer

import (
	"slices"
	"strings"

	"platen/gcp"
)

// message is what the printer says in words, or else its reasons. Of a job that the
// printer's state stops, the reasons say more.
func (f jobFacts) message(s gcp.JobState) string {
	if s.Type == gcp.JobStopped && s.DeviceState != nil {
		if words := f.words(f.printer.texts("printer-state-reasons")); words != "" {
			return words
		}
	}
	for _, m := range []string{
		f.job.text("job-state-message"), f.job.text("job-printer-state-message"), f.printer.text("printer-state-message"),
	} {
		if m = valid(m); m != "" {
			return inASentence(m)
		}
	}
	return f.words(append(slices.Clone(f.reasons), f.printer.texts("printer-state-reasons")...))
}

// inASentence says what two words of CUPS mean, and keeps them.
func inASentence(message string) string {
	switch message {
	case "Filter failed":
		return "CUPS could not make the document ready for the printer (" + message + ")"
	case "Backend failed":
		return "CUPS could not hand the document to the printer (" + message + ")"
	}
	return message
}

func (f jobFacts) words(reasons []string) string {
	var words []string
	for _, keyword := range reasons {
		switch word, _ := splitSuffix(keyword); {
		case silent(word), strings.HasPrefix(word, "cups-ipp-"):
		case slices.Contains([]string{"job-printing", "processing-to-stop-point", "job-incoming", "job-queued"}, word):
		default:
			words = append(words, reasonText(word))
		}
	}
	return strings.Join(unique(words), ", ")
}

// needsOther reports whether the printer waits for other paper than it has.
func (f jobFacts) needsOther() bool {
	return slices.ContainsFunc(f.printer.texts("printer-state-reasons"), func(keyword string) bool {
		word, _ := splitSuffix(keyword)
		return word == "media-needed" || word == "media-path-input-request" || word == "input-manual-input-request"
	})
}

// wanting says what of the job's paper is not in the printer: its size, its type,
// or neither as far as is known.
func (f jobFacts) wanting() gcp.DeviceStateError {
	want := paperOf(f.job.collection("media-col"), f.job.text("media"))
	var ready []paper
	for _, col := range f.printer.collections("media-col-ready") {
		ready = append(ready, paperOf(col, ""))
	}
	for _, keyword := range f.printer.texts("media-ready") {
		ready = append(ready, paperOf(nil, keyword))
	}
	missing := func(known, same func(paper) bool) bool {
		return known(want) && slices.ContainsFunc(ready, known) && !slices.ContainsFunc(ready, same)
	}
	switch {
	case missing(paper.sized, func(p paper) bool { return abs(p.x-want.x) <= 50 && abs(p.y-want.y) <= 50 }):
		return gcp.DeviceMediaSize
	case missing(paper.typed, func(p paper) bool { return p.kind == want.kind }):
		return gcp.DeviceMediaType
	}
	return gcp.DeviceInputTray
}

// paper is a size in 1/100 mm and a type, as far as they are known.
type paper struct {
	x, y int
	kind string
}

func (p paper) sized() bool { return p.x > 0 }
func (p paper) typed() bool { return p.kind != "" }

// paperOf reads a media-col, or else the name of a size.
func paperOf(col attributes, keyword string) paper {
	p := paper{kind: col.text("media-type")}
	if size := col.collection("media-size"); size != nil {
		p.x, p.y = size.number("x-dimension", 0), size.number("y-dimension", 0)
	}
	if keyword == "" {
		keyword = col.text("media-size-name")
	}
	if x, y, ok := keywordSize(keyword); ok && p.x == 0 {
		p.x, p.y = x, y
	}
	return p
}
