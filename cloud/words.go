package cloud

import "strings"

// SearchWords returns the words that somebody looks for, in lower case.
func SearchWords(text string) []string {
	return strings.Fields(strings.ToLower(strings.ReplaceAll(text, "\x00", " ")))
}

// hasWords reports whether each word is in one of some texts, in any case.
func hasWords(words []string, texts ...string) bool {
	if len(words) == 0 {
		return true
	}
	all := strings.ToLower(strings.Join(texts, "\n"))
	for _, word := range words {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// JobText is what words are looked for in a job. It never changes.
type JobText struct {
	Title       string
	Tags        []string
	PrinterName string // as it was when the job was sent
	OwnerEmail  string
}

// Has reports whether each of some words, as SearchWords returns them, is in it.
func (t JobText) Has(words []string) bool {
	return hasWords(words, append([]string{t.Title, t.PrinterName, t.OwnerEmail}, t.Tags...)...)
}

// Text returns what words are looked for in.
func (j *Job) Text() JobText { return JobText{j.Title, j.Tags, j.PrinterName, j.OwnerEmail} }
