// Package packaging holds what both programs bring along for the system that they are
// installed on: units, scripts of other service managers, and commented settings. The
// packages install the same files.
package packaging

import "embed"

// Files are the files by their path below this folder, such as "systemd/platen.service".
//
//go:embed systemd openrc sysv macos
var Files embed.FS
