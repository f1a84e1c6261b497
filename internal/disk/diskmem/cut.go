package diskmem

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// page is what a disk writes in one piece, in bytes.
const page = 4096

// Kill returns a copy of the disk with all that was done to it: what a program
// leaves that was killed while its machine goes on.
func (d *Disk) Kill() *Disk {
	return d.survivor(func(i *inode) []byte { return i.data }, func(_, now *inode) *inode { return now })
}

// Lose returns the disk after a power cut that left nothing but what was synced.
func (d *Disk) Lose() *Disk {
	return d.survivor(func(i *inode) []byte { return i.durable }, func(old, _ *inode) *inode { return old })
}

// Cut returns the disk after a power cut. Of what was not synced each write is
// there, or not, or the first part of it, or some pages of it; where a later one is
// there, missing bytes are zero. Each name is the old one or the new one. rng decides.
func (d *Disk) Cut(rng *rand.Rand) *Disk {
	return d.survivor(
		func(i *inode) []byte { return i.torn(rng) },
		func(old, now *inode) *inode {
			if rng.IntN(2) == 0 {
				return old
			}
			return now
		})
}

// survivor copies the disk, with the bytes of a file and the file of a changed name
// as chosen. All is durable on it.
func (d *Disk) survivor(bytes func(*inode) []byte, name func(old, now *inode) *inode) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := New()
	copies := map[*inode]*inode{}
	for _, path := range slices.Sorted(maps.Keys(d.folders)) {
		from, to := d.folders[path], &folder{now: map[string]*inode{}, old: map[string]*inode{}}
		left.folders[path] = to
		for _, base := range from.names() {
			i := from.now[base]
			if old, changed := from.old[base]; changed {
				i = name(old, i)
			}
			if i == nil {
				continue
			}
			if copies[i] == nil {
				left.inodes++
				b := slices.Clip(bytes(i))
				copies[i] = &inode{number: left.inodes, at: i.at, data: b, durable: b}
				left.files[left.inodes] = copies[i]
			}
			to.now[base] = copies[i]
			to.seq = append(to.seq, base)
		}
	}
	return left
}

// names returns all names that are there or were at the last sync, in the order of
// their making: a name may be random, and the same chance shall meet the same file.
func (f *folder) names() []string {
	seen := map[string]bool{}
	all := make([]string, 0, len(f.now)+len(f.old))
	for _, base := range f.seq {
		if (f.now[base] != nil || f.old[base] != nil) && !seen[base] {
			seen[base] = true
			all = append(all, base)
		}
	}
	return all
}

// torn returns what a power cut may leave of a file.
func (i *inode) torn(rng *rand.Rand) []byte {
	b := slices.Clip(i.durable)
	for _, c := range i.pending {
		switch rng.IntN(5) {
		case 0: // nothing
		case 1:
			if len(c.data) > 0 {
				c.data = c.data[:rng.IntN(len(c.data))]
				b = c.part(b)
			}
		case 2:
			for _, p := range c.pages() {
				if rng.IntN(2) == 0 {
					b = p.part(b)
				}
			}
		default:
			b = c.on(b)
		}
	}
	return b
}

// part is on for a piece of a write: nothing is no change of size.
func (c change) part(b []byte) []byte {
	if len(c.data) == 0 {
		return b
	}
	return c.on(b)
}

// pages returns a write in the pieces in which it reaches the disk.
func (c change) pages() []change {
	var all []change
	for at := 0; at < len(c.data); {
		n := min(page-int(c.offset+int64(at))%page, len(c.data)-at)
		all = append(all, change{offset: c.offset + int64(at), data: c.data[at : at+n]})
		at += n
	}
	return all
}
