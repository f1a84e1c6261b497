package cloud

import (
	"sync"
	"time"
)

// drafts keeps documents that people look at before they print them.
type drafts struct {
	mu  sync.Mutex // guards all
	all map[DraftID]Draft
}

func (d *drafts) get(id DraftID) (Draft, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, ok := d.all[id]
	return found, ok
}

var errDrafts = &Error{Kind: KindUnavailable, Message: "Too many documents are being looked at. Print it without a preview, or try again later.", After: time.Minute}

// add keeps a draft unless all people together have too much. Of a document on its way
// counts what is there. Where there are too many, one of which nothing comes makes room,
// and is returned.
func (d *drafts) add(n Draft) (gone Draft, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size()+n.here() > draftBytes {
		return gone, errDrafts
	}
	if len(d.all) >= maxDrafts {
		if gone = d.idle(n.made.Add(-uploadIdle)); gone.ID == "" {
			return gone, errDrafts
		}
		delete(d.all, gone.ID)
	}
	if d.all == nil {
		d.all = map[DraftID]Draft{}
	}
	d.all[n.ID] = n
	return gone, nil
}

// size is how many bytes all drafts have. d.mu is held.
func (d *drafts) size() int64 {
	var size int64
	for _, each := range d.all {
		size += each.here()
	}
	return size
}

// room refuses more bytes of documents on their way while all people have too much.
func (d *drafts) room(n int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size()+n > draftBytes {
		return errDrafts
	}
	return nil
}

// idle returns the document on its way of which nothing has come for longest, if that
// is since before a time. d.mu is held.
func (d *drafts) idle(before time.Time) Draft {
	var idle Draft
	for _, each := range d.all {
		if each.arrival == nil {
			continue
		}
		if moved := each.arrival.since(); moved.Before(before) {
			idle, before = each, moved
		}
	}
	return idle
}

// excess forgets the oldest drafts of a draft's owner, but not that one, while there are
// too many. Of those on their way counts what is there.
func (d *drafts) excess(keep Draft) []Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	var gone []Draft
	for {
		var oldest Draft
		count, size := 0, int64(0)
		for _, each := range d.all {
			if each.Owner != keep.Owner {
				continue
			}
			count++
			size += each.here()
			if each.ID != keep.ID && (oldest.ID == "" || each.made.Before(oldest.made)) {
				oldest = each
			}
		}
		if oldest.ID == "" || count <= maxDraftsOfOne && size <= draftBytesOf {
			return gone
		}
		delete(d.all, oldest.ID)
		gone = append(gone, oldest)
	}
}

// before forgets the drafts from before a time.
func (d *drafts) before(t time.Time) []Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	var gone []Draft
	for id, each := range d.all {
		if each.made.Before(t) {
			gone = append(gone, each)
			delete(d.all, id)
		}
	}
	return gone
}

func (d *drafts) forget(id DraftID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, id)
}

// counted keeps how many pages a draft has.
func (d *drafts) counted(id DraftID, pages int) {
	d.change(id, func(d *Draft) { d.Pages = pages })
}

// judged keeps what a draft is.
func (d *drafts) judged(id DraftID, kind string, opaque bool) {
	d.change(id, func(d *Draft) { d.ContentType, d.Opaque = kind, opaque })
}

// arrived notes that all of a draft is there.
func (d *drafts) arrived(id DraftID) { d.change(id, func(d *Draft) { d.arrival = nil }) }

// touch lets a draft be kept from now on.
func (d *drafts) touch(id DraftID, now time.Time) { d.change(id, func(d *Draft) { d.made = now }) }

// change changes a draft, if it is there.
func (d *drafts) change(id DraftID, how func(*Draft)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if have, ok := d.all[id]; ok {
		how(&have)
		d.all[id] = have
	}
}
