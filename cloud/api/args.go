package api

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxEcho bounds the values of one argument that are echoed in an answer, and
// maxEchoAll all arguments, in bytes.
const (
	maxEcho    = 512
	maxEchoAll = 16 << 10
)

// args are a call's arguments, from the query and the body. Repeated keys
// accumulate.
type args map[string][]string

// unechoed are arguments that are long, or nobody's affair.
var unechoed = map[string]bool{
	"content": true, "capabilities": true, "defaults": true, "ticket": true, "data": true,
	"semantic_state": true, "trace": true, "access_token": true, "poll": true, "robot_token": true,
}

func (a args) get(key string) string {
	if v := a[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// first returns the value of the first key that is there and not empty.
func (a args) first(keys ...string) string {
	for _, k := range keys {
		if v := a.get(k); v != "" {
			return v
		}
	}
	return ""
}

// text returns the value of the first key that is there, and nil if none is.
func (a args) text(keys ...string) *string {
	for _, k := range keys {
		if v, ok := a[k]; ok && len(v) > 0 {
			return &v[0]
		}
	}
	return nil
}

// truth returns a boolean argument: clients write true, True, TRUE and 1.
func (a args) truth(keys ...string) bool {
	b := a.flag(keys...)
	return b != nil && *b
}

// flag is truth for an argument that may be absent.
func (a args) flag(keys ...string) *bool {
	v := a.text(keys...)
	if v == nil {
		return nil
	}
	b := strings.EqualFold(*v, "true") || *v == "1"
	return &b
}

// number returns a number argument; nil if it is absent or none.
func (a args) number(keys ...string) *int {
	v := a.text(keys...)
	if v == nil {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(*v))
	if err != nil {
		return nil
	}
	return &n
}

// long returns a number that may be larger than counts are; 0 if it is none.
func (a args) long(key string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(a.get(key)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// count returns a number argument that is not negative, or 0.
func (a args) count(key string) int {
	if n := a.number(key); n != nil && *n > 0 {
		return *n
	}
	return 0
}

// seconds returns a number of seconds as a time of at most limit.
func (a args) seconds(key string, limit time.Duration) time.Duration {
	return time.Duration(min(a.count(key), int(limit/time.Second))) * time.Second
}

// extra reports whether extra_fields names a field. It is a comma separated list.
func (a args) extra(field string) bool {
	for _, list := range a["extra_fields"] {
		for f := range strings.SplitSeq(list, ",") {
			if strings.TrimSpace(f) == field {
				return true
			}
		}
	}
	return false
}

// echo returns the arguments as an answer repeats them.
func (a args) echo() map[string][]string {
	out := make(map[string][]string, min(len(a), 16))
	all := 0
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if unechoed[k] {
			continue
		}
		total := 0
		for _, s := range a[k] {
			total += len(s) + 1 // an empty one takes room too
		}
		if total > maxEcho || all+total+len(k) > maxEchoAll {
			continue
		}
		all += total + len(k)
		out[k] = a[k]
	}
	return out
}
