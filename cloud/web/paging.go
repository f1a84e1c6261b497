package web

import (
	"net/url"
	"strconv"
)

// address is that of a list, with those of its parameters that say something.
func address(path string, params map[string]string) string {
	q := url.Values{}
	for name, value := range params {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// offsetOf is where a page of a list begins; anything else is the beginning.
func offsetOf(q url.Values) int {
	offset, err := strconv.Atoi(q.Get("from"))
	if err != nil {
		return 0
	}
	return max(0, offset)
}

// offsetText is an offset in an address, which leaves out the beginning.
func offsetText(offset int) string {
	if offset <= 0 {
		return ""
	}
	return strconv.Itoa(offset)
}
