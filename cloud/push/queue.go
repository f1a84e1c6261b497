package push

import (
	"slices"

	"platen/gcp"
)

// queue holds the hints that wait for one stream, each once and in the order in
// which they came.
type queue struct {
	list []gcp.Notification
	seen map[gcp.Notification]struct{} // of list, once it is long
}

const shortQueue = 8

// add returns false when limit different hints wait already.
func (q *queue) add(n gcp.Notification, limit int) bool {
	if q.has(n) {
		return true
	}
	if len(q.list) >= limit {
		return false
	}
	q.list = append(q.list, n)
	switch {
	case q.seen != nil:
		q.seen[n] = struct{}{}
	case len(q.list) > shortQueue:
		q.seen = make(map[gcp.Notification]struct{}, 4*shortQueue)
		for _, m := range q.list {
			q.seen[m] = struct{}{}
		}
	}
	return true
}

func (q *queue) has(n gcp.Notification) bool {
	if q.seen != nil {
		_, ok := q.seen[n]
		return ok
	}
	return slices.Contains(q.list, n)
}

// take empties the queue.
func (q *queue) take() []gcp.Notification {
	l := q.list
	*q = queue{}
	return l
}
