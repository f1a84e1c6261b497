package raster

import "runtime"

// compiles reports whether wazero runs its guests as machine code here.
func compiles() bool { return runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" }
