package powercut

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cut is one power cut: after so many moments of the record, with such a loss,
// and the files that it left.
type cut struct {
	at   int
	loss loss
	seed uint64
	left map[string][]byte
}

func (c cut) String() string {
	return fmt.Sprintf("cut after moment %d, of what was not synced %s is kept (seed %d)", c.at, map[loss]string{lossNone: "all", lossAll: "nothing", lossSome: "some"}[c.loss], c.seed)
}

// play runs a history over a disk and calls check with what each power cut left.
// It cuts before and after every sync and every moment in extra, and at a sample
// of all others.
func play(t *testing.T, h *history, extra map[int]bool, check func(cut)) {
	t.Helper()
	d, r, ends := h.begin, h.record, h.ends
	rnd := rand.New(rand.NewPCG(20261121, uint64(len(r))))
	life, cuts := 0, 0
	for i, m := range r {
		sync := strings.HasSuffix(m.call.name, "sync")
		losses := []loss{}
		switch {
		case !m.call.failed() && (sync || extra[i]):
			losses = append(losses, lossAll, lossSome)
			if rnd.IntN(8) == 0 {
				losses = append(losses, lossNone, lossSome)
			}
		case rnd.IntN(10) == 0:
			losses = append(losses, lossSome)
		}
		if !sync || m.end {
			d.take(m)
		}
		if d.problem != nil {
			t.Fatalf("the record at moment %d: %v", i, d.problem)
		}
		for _, l := range losses {
			c := cut{at: i, loss: l, seed: rnd.Uint64()}
			c.left = d.after(l, rand.New(rand.NewPCG(c.seed, 0)))
			check(c)
			cuts++
		}
		if i+1 == ends[life] {
			if err := d.settle(h.lives[life].files); err != nil {
				t.Fatalf("the recorder is wrong about life %d: %v", life, err)
			}
			life++
		}
	}
	t.Logf("%d system calls, %d power cuts", len(r)/2, cuts)
}

// lay writes files into a fresh folder; paths are below root. It returns the
// folder's path, which is reused for the next ones.
func lay(t *testing.T, folder, root string, left map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, b := range left {
		to := filepath.Join(folder, strings.TrimPrefix(path, root))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// scratch returns a folder in memory, where there is one.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "powercut")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // a left-over is no failure
	return dir
}

// digest names the state of a folder.
func digest(left map[string][]byte, of func(path string) bool) string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(left)) {
		if of(path) {
			sum := sha256.Sum256(left[path])
			_, _ = fmt.Fprintf(h, "%s %x\n", path, sum) // to a hash
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sum returns a document's digest as jobs name it.
func sum(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
