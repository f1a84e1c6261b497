package impose

import (
	"cmp"
	"slices"

	"platen/gcp"
)

// NearestResolution returns the resolution of raster that is nearest to the wanted one,
// and the finer of two that are as near; the wanted one where there are none.
func NearestResolution(have []gcp.PWGResolution, want gcp.PWGResolution) gcp.PWGResolution {
	have = slices.DeleteFunc(slices.Clone(have), func(r gcp.PWGResolution) bool { return r.CrossFeedDir <= 0 || r.FeedDir <= 0 })
	if len(have) == 0 {
		return want
	}
	off := func(r gcp.PWGResolution) int {
		return max(r.CrossFeedDir-want.CrossFeedDir, want.CrossFeedDir-r.CrossFeedDir) +
			max(r.FeedDir-want.FeedDir, want.FeedDir-r.FeedDir)
	}
	return slices.MinFunc(have, func(a, b gcp.PWGResolution) int {
		return cmp.Or(cmp.Compare(off(a), off(b)), cmp.Compare(b.CrossFeedDir*b.FeedDir, a.CrossFeedDir*a.FeedDir))
	})
}
