package gcp

// MediaSizeCustom is the name of a size that has no name.
const MediaSizeCustom MediaSizeName = "CUSTOM"

// mediaTolerance is how far a sheet may differ from a named size, in microns:
// drivers round to points, hundredths of millimetres or whole millimetres.
const mediaTolerance = 500

// Dimensions returns the width and height of a named size in microns.
func (n MediaSizeName) Dimensions() (width, height int, ok bool) {
	for _, m := range namedSizes {
		if m.name == n {
			return m.width, m.height, true
		}
	}
	return 0, 0, false
}

// MediaSizeByDimensions returns the name of the size nearest to width and height
// (microns, short edge first as in the names' definitions), if one is within half
// a millimetre. Of two names for one sheet the more usual one is returned.
func MediaSizeByDimensions(width, height int) (MediaSizeName, bool) {
	best, bestOff := MediaSizeCustom, mediaTolerance+1
	for _, m := range namedSizes {
		if off := max(distance(m.width, width), distance(m.height, height)); off < bestOff {
			best, bestOff = m.name, off
		}
	}
	return best, best != MediaSizeCustom
}

func distance(a, b int) int { return max(a-b, b-a) }

type mediaSize struct {
	name          MediaSizeName
	width, height int // microns
}
