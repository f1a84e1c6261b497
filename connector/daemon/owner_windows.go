package daemon

// giveTo does nothing: what is made in a folder has the folder's rights here.
func giveTo(string, ...string) error { return nil }

// handOver does nothing, likewise.
func handOver(string) error { return nil }
