package raster

import "platen/internal/impose"

// Formats returns the MIME types that documents may have, and those that they can
// be made into on this machine.
func (r *Renderer) Formats() (from, to []string) {
	from = append([]string{impose.PDF}, sources()...)
	to = []string{impose.PDF}
	if r.draws() {
		to = append(to, impose.PWG, impose.URF, impose.PNG)
	}
	return from, to
}

// draws reports whether pages can be drawn at a speed that is of use.
func (r *Renderer) draws() bool { return !r.slow() || r.pdftoppm() != "" }
