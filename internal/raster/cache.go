package raster

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// cachePrefix begins the folder of a version of the compiled module.
const cachePrefix = "pdfium-"

// cacheOf is the folder in a cache that has this program's version of the module.
func cacheOf(dir string) string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == "github.com/klippa-app/go-pdfium" })
		if i >= 0 {
			version = info.Deps[i].Version
		}
	}
	return filepath.Join(dir, cachePrefix+version)
}

// cached reports whether a cache has the compiled module.
func cached(dir string) bool {
	if dir == "" {
		return false
	}
	files, err := filepath.Glob(filepath.Join(cacheOf(dir), "*", "*")) // a folder for each version of wazero
	return err == nil && slices.ContainsFunc(files, func(f string) bool { return !strings.HasSuffix(f, ".tmp") })
}

// damagedCache reports whether an engine did not start because what the cache has is
// not what was written: wazero has no type for that.
func damagedCache(err error) bool { return strings.Contains(err.Error(), "compilationcache") }

// tidy removes what other versions left in a cache.
func tidy(dir string) {
	others, err := filepath.Glob(filepath.Join(dir, cachePrefix+"*"))
	if err != nil {
		return
	}
	for _, other := range others {
		if other != cacheOf(dir) {
			_ = os.RemoveAll(other) // at worst it stays
		}
	}
}
