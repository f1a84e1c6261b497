package cups

import (
	"bytes"
	"errors"
	"testing"

	"github.com/OpenPrinting/goipp"
)

// nested returns a message with collections so deep.
func nested(depth int) []byte {
	var b bytes.Buffer
	b.Write([]byte{2, 0, 0, 0, 0, 0, 0, 1, 4})
	b.Write([]byte{0x34, 0, 1, 'a', 0, 0})
	for range depth - 1 {
		b.Write([]byte{0x4a, 0, 0, 0, 1, 'm', 0x34, 0, 0, 0, 0})
	}
	for range depth {
		b.Write([]byte{0x37, 0, 0, 0, 0})
	}
	b.WriteByte(3)
	return b.Bytes()
}

func TestPrescanBoundsTheDepth(t *testing.T) {
	if _, err := Decode(nested(maxDepth)); err != nil {
		t.Errorf("%d levels: %v", maxDepth, err)
	}
	// Two million levels end a process that decodes them.
	for _, depth := range []int{maxDepth + 1, 2_000_000} {
		if _, err := Decode(nested(depth)); !errors.Is(err, errDeep) {
			t.Errorf("%d levels: %v, want %v", depth, err, errDeep)
		}
	}
}

func TestPrescanRefusesCutMessages(t *testing.T) {
	whole := nested(3)
	for n := range len(whole) {
		if _, err := Decode(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes were taken for a message", n, len(whole))
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"aü", 2, "a"}, {"a\x00b\n", 9, "ab"}, {"€", 2, ""}} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// FuzzPrescan checks that what passes is decoded or refused without harm, and
// that the walk ends where the decoder ends.
func FuzzPrescan(f *testing.F) {
	f.Add(nested(1))
	f.Add(nested(40))
	r := newRequest(goipp.OpGetPrinterAttributes, "/").uri("ipp://x/").wanting("all")
	b, err := r.encode(goipp.DefaultVersion, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, msg []byte) {
		end, err := prescan(msg)
		if err != nil {
			return
		}
		in := bytes.NewReader(msg)
		var m goipp.Message
		if m.Decode(in) != nil {
			return
		}
		if got := len(msg) - in.Len(); got != end {
			t.Errorf("the attributes end at %d, the decoder at %d", end, got)
		}
	})
}
