package raster

import "path/filepath"

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
	if !owns(state) {
		return c
	}
	c.CacheDir, c.WorkDir = filepath.Join(state, ModuleFolder), filepath.Join(state, WorkFolder)
	return c
}
