package nearest

import (
	"slices"
	"testing"
)

// The distances are those that the literature's examples give.
func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"kitten", "sitting", 3},
		{"saturday", "sunday", 3},
		{"ca", "abc", 3}, // optimal string alignment; 2 would be Damerau's
		{"ab", "ba", 1},
		{"", "abc", 3},
		{"abc", "", 3},
		{"größe", "grösse", 2},
		{"same", "same", 0},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestOf(t *testing.T) {
	names := []string{"listen", "render", "renders", "render_timeout", "zebra-2", "Front-Desk"}
	for word, want := range map[string][]string{
		"lisen":      {"listen"},
		"rendres":    {"renders", "render"},
		"front-desk": {"Front-Desk"},
		"zebra":      {"zebra-2"},
		"timeout":    {"render_timeout"},
		"workers":    nil,
		"x":          nil,
	} {
		if got := Of(word, names); !slices.Equal(got, want) {
			t.Errorf("Of(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestFirst(t *testing.T) {
	names := []string{"zebra", "office-2", "office", "lab"}
	if got, want := First("ofice", names), []string{"office", "office-2", "lab", "zebra"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
