// Command screens makes pictures of every screen of the service's pages: light, dark
// and on a phone. It fills a service of its own for that. The list of screens is here
// for its tests too, which look for what keeps people out.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"platen/internal/lab"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("screens", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", filepath.Join("build", "screenshots"), "folder for the pictures")
	readme := flags.String("readme", "", "folder for the pictures that the README shows; empty makes none")
	bin := flags.String("bin", "", "folder of the two programs, such as bin; empty builds them")
	only := flags.String("only", "", "regular expression of the screens to make")
	if flags.Parse(args) != nil {
		return 2
	}
	which, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	t := lab.NewProgram(stderr)
	defer t.Close()
	if !t.Try(func() { NewWorld(ctx, t, *bin).pictures(*out, *readme, which) }) {
		return 1
	}
	return 0
}

// pictures makes all pictures and the page that shows them.
func (w *World) pictures(out, readme string, which *regexp.Regexp) {
	tab := lab.Chromium(w.t).Open(w.t, lab.View{})
	w.ok(os.MkdirAll(out, 0o755))
	screens := Screens()
	for i, s := range screens {
		if !which.MatchString(s.Name) {
			continue
		}
		w.t.Logf("%d of %d: %s", i+1, len(screens), s.Name)
		s.Visit(w, tab)
		for _, m := range Modes() {
			tab.Look(m.View)
			m.Height = max(m.Height, lab.Ask[int64](tab, "measure", "document.documentElement.scrollHeight")) // what sticks is where it belongs
			tab.Look(m.View)
			w.ok(os.WriteFile(filepath.Join(out, s.Name+"-"+m.Name+".png"), tab.Picture(), 0o644))
		}
		if readme != "" {
			w.forReadme(tab, s, readme)
		}
	}
	if faults := tab.Faults(w.Base, w.EmptyBase); len(faults) > 0 {
		w.t.Fatalf("pages do what they must not:\n%s", strings.Join(faults, "\n"))
	}
	w.ok(writeIndex(filepath.Join(out, "index.html"), screens))
	w.t.Logf("look at %s", filepath.Join(out, "index.html"))
}
