package sim

import (
	"slices"
	"testing"
)

// Shrink returns a smaller schedule that breaks a promise too: with fewer faults,
// fewer jobs and fewer steps.
func Shrink(t *testing.T, p Plan, bug Bug) Plan {
	t.Helper()
	fails := func(q Plan) bool { return Run(t, q, bug, nil) != nil }
	for smaller := true; smaller; {
		smaller = false
		for i := 0; i < len(p.Faults); i++ {
			q := p
			if q.Faults = slices.Delete(slices.Clone(p.Faults), i, i+1); fails(q) {
				p, smaller = q, true
				i--
			}
		}
		for i := 0; i < len(p.Jobs) && len(p.Jobs) > 1; i++ {
			q := p
			if q.Jobs = slices.Delete(slices.Clone(p.Jobs), i, i+1); fails(q) {
				p, smaller = q, true
				i--
			}
		}
	}
	for q := p; q.Steps > 1; p = q {
		if q.Steps /= 2; !fails(q) {
			break
		}
	}
	return p
}
