package ppd

import "testing"

// Each size of the table has measures: its name is one of the protocol's.
func TestStandardSizesHaveMeasures(t *testing.T) {
	for i, z := range standardSizes().list {
		if z.Width == 0 || z.Height == 0 {
			t.Errorf("size %d of the table has no measures", i+1)
		}
	}
}
