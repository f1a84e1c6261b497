package blob

import "testing"

func TestLowSpace(t *testing.T) {
	const gib = 1 << 30
	for name, tt := range map[string]struct {
		space Space
		low   bool
	}{
		"half of a large disk":       {Space{Size: 1000 * gib, Free: 500 * gib}, false},
		"a tenth of a large disk":    {Space{Size: 1000 * gib, Free: 100 * gib}, false},
		"less of it":                 {Space{Size: 1000 * gib, Free: 100*gib - 1}, true},
		"a GiB of a small disk":      {Space{Size: 4 * gib, Free: gib}, false},
		"less of that":               {Space{Size: 4 * gib, Free: gib - 1}, true},
		"a system that does not say": {Space{}, false},
	} {
		if have := tt.space.Low(); have != tt.low {
			t.Errorf("%s: %v", name, have)
		}
	}
}

func TestSpaceOfTheRealDisk(t *testing.T) {
	s, err := SpaceAt(t.TempDir())
	if err != nil || s.Size <= 0 || s.Free > s.Size || s.Used > s.Size || s.full() < 0 || s.full() > 100 {
		t.Errorf("%+v, %f %% full, %v", s, s.full(), err)
	}
	if _, err := SpaceAt("/nowhere/at/all"); err == nil {
		t.Error("a folder that is not there has space")
	}
}
