package e2e

import (
	"flag"
	"os"
	"testing"
)

// atOnce is how many tests may run next to each other: most wait for programs, which wait
// for each other, so that there may be more than processors.
const atOnce = "4"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
