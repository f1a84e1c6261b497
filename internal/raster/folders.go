package raster

import (
	"os"
	"path/filepath"
	"syscall"
)

// The folders of a program's state that children use: where they keep the compiled
// module, which can be made again, and where they work.
const (
	ModuleFolder = "render/module"
	WorkFolder   = "render/work"
)

// Within returns the configuration with the folders in a program's state folder. It
// names none for anybody but the state folder's owner, so that a look by root leaves no
// files that the program cannot read.
func (c Config) Within(state string) Config {
	var st syscall.Stat_t
	if err := syscall.Stat(state, &st); err == nil && int(st.Uid) != os.Geteuid() {
		return c
	}
	c.CacheDir, c.WorkDir = filepath.Join(state, ModuleFolder), filepath.Join(state, WorkFolder)
	return c
}
