package server

// giveTo does nothing: what is made in a folder has the folder's rights here.
func giveTo(_, _ string) error { return nil }
