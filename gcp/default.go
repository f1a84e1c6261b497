package gcp

// OneDefault makes the first of a list's defaults its only one, and the first option
// the default where there is none: each list of a CDD has exactly one.
func OneDefault[T any](list []T, flag func(*T) *bool) {
	found := false
	for i := range list {
		f := flag(&list[i])
		*f = *f && !found
		found = found || *f
	}
	if !found && len(list) > 0 {
		*flag(&list[0]) = true
	}
}
