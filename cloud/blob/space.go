package blob

// Space is how much room a disk has, in bytes.
type Space struct {
	Size int64 // 0 of a file system that does not tell
	Used int64
	Free int64 // for ordinary users
}

// The free space of which little is left, in bytes and as one part of so many.
const (
	lowFree = 1 << 30
	lowPart = 10
)

// Low reports whether somebody should make room.
func (s Space) Low() bool { return s.Size > 0 && (s.Free < lowFree || s.Free < s.Size/lowPart) }

// full returns how much of the space that ordinary users have is used, in percent.
func (s Space) full() float64 {
	if s.Used+s.Free <= 0 {
		return 0
	}
	return 100 * float64(s.Used) / float64(s.Used+s.Free)
}
