package gcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Int64 is a 64-bit number, which the protocol writes as a JSON string. A bare
// number and an empty string (zero) are accepted when reading.
type Int64 int64

// MarshalJSON writes n as a quoted decimal.
func (n Int64) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatInt(int64(n), 10)), nil
}

// UnmarshalJSON reads a quoted decimal or a bare number; "" and null are zero.
func (n *Int64) UnmarshalJSON(b []byte) error {
	b = bytes.Trim(b, `"`)
	if len(b) == 0 || string(b) == "null" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("64-bit number %q: %w", b, err)
	}
	*n = Int64(v)
	return nil
}

// Millis is a point in time in milliseconds since 1970, written like Int64.
type Millis int64

// MillisOf returns t as Millis; the zero time is zero.
func MillisOf(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// Time returns m as a time; zero Millis are the zero time.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// MarshalJSON writes m as a quoted decimal.
func (m Millis) MarshalJSON() ([]byte, error) { return Int64(m).MarshalJSON() }

// UnmarshalJSON reads m as Int64 does.
func (m *Millis) UnmarshalJSON(b []byte) error { return (*Int64)(m).UnmarshalJSON(b) }

// Index is a small number that devices write as a JSON number or as a string.
// It is written as a number.
type Index int

// UnmarshalJSON reads a number or a quoted decimal.
func (i *Index) UnmarshalJSON(b []byte) error {
	var n Int64
	if err := n.UnmarshalJSON(b); err != nil {
		return err
	}
	*i = Index(n)
	return nil
}

// Text is a string member that some devices write as a bare JSON number or
// boolean, such as the limits of a vendor capability. It is written as a string.
type Text string

// UnmarshalJSON reads a JSON string, or keeps the text of any other scalar.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(s)
		return nil
	}
	if string(b) == "null" {
		*t = ""
		return nil
	}
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		return fmt.Errorf("want a string, have %.20s", b)
	}
	*t = Text(b)
	return nil
}
