package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// product is a program that has packages of its own.
type product struct {
	name, title, about string
	recommends         []string // Debian's packages that most will want with it
	suggests           []string
}

var products = []product{
	{
		name: "platen", title: "Platen connector",
		about: "Registers the printers here with a print cloud, waits to be told of jobs, and prints them\n" +
			"through CUPS or straight to IPP printers.",
		recommends: []string{"cups"}, suggests: []string{"libreoffice-writer-nogui"},
	},
	{
		name: "platen-cloud", title: "Platen cloud",
		about: "A self-hosted successor of the Google Cloud Print service: people and programs send print jobs\n" +
			"to it, and connectors fetch them.",
		suggests: []string{"libreoffice-writer-nogui"},
	},
}

// machine is what a program is built for.
type machine struct {
	os, arch string // of Go
	arm      string // GOARM
	nfpm     string // the architecture as nfpm names it
}

var machines = []machine{
	{os: "linux", arch: "amd64", nfpm: "amd64"},
	{os: "linux", arch: "arm64", nfpm: "arm64"},
	{os: "linux", arch: "arm", arm: "7", nfpm: "arm7"},
	{os: "darwin", arch: "amd64"},
	{os: "darwin", arch: "arm64"},
}

// name is that of the machine in file names and in -only.
func (m machine) name() string {
	if m.arm != "" {
		return m.arch + "v" + m.arm
	}
	return m.arch
}

// folder has what is made for the machine.
func (m machine) folder() string { return m.os + "-" + m.name() }

// build makes packages of one version.
type build struct {
	out, version string
	date         time.Time // of everything that has one
	only         []string  // kinds, architectures and programs; empty for all
}

// newBuild takes version and date from git where they are not given. The date is
// SOURCE_DATE_EPOCH, or that of the last commit.
func newBuild(ctx context.Context, out, version string) (*build, error) {
	b := &build{out: out, version: version}
	if b.version == "" {
		described, err := exec.CommandContext(ctx, "git", "describe", "--tags", "--match", "v[0-9]*").Output()
		b.version = strings.TrimPrefix(strings.TrimSpace(string(described)), "v")
		if err != nil { // nothing was released yet
			commit, err := output(ctx, "git", "log", "-1", "--format=%cd.%h", "--date=format:%Y%m%d%H%M")
			if err != nil {
				return nil, err
			}
			b.version = "0.0.0-" + commit
		}
	}
	seconds := os.Getenv("SOURCE_DATE_EPOCH") // https://reproducible-builds.org/specs/source-date-epoch/
	if seconds == "" {
		var err error
		if seconds, err = output(ctx, "git", "log", "-1", "--format=%ct"); err != nil {
			return nil, err
		}
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	b.date = time.Unix(n, 0).UTC()
	return b, nil
}

// epoch is the date as a variable of the environment.
func (b *build) epoch() string { return fmt.Sprintf("SOURCE_DATE_EPOCH=%d", b.date.Unix()) }

// wants reports whether something was asked for: its kind and its machine.
func (b *build) wants(kind string, m machine) bool {
	kinds, archs := false, false // does the list have any?
	for _, word := range b.only {
		switch {
		case slices.Contains([]string{"deb", "rpm", "apk", "mac"}, word):
			kinds = true
		case !named(word):
			archs = true
		}
	}
	return (!kinds || slices.Contains(b.only, kind)) && (!archs || slices.Contains(b.only, m.name()))
}

// named reports whether a word is the name of a program.
func named(word string) bool {
	return slices.ContainsFunc(products, func(p product) bool { return p.name == word })
}

// wanted are the programs that were asked for.
func (b *build) wanted() []product {
	if !slices.ContainsFunc(b.only, named) {
		return products
	}
	return slices.DeleteFunc(slices.Clone(products), func(p product) bool { return !slices.Contains(b.only, p.name) })
}

// all makes everything that was asked for.
func (b *build) all(ctx context.Context) error {
	if err := os.MkdirAll(b.out, 0o755); err != nil { //nolint:gosec // packages are for everybody
		return err
	}
	stage, err := os.MkdirTemp("", "platen-packages")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(stage) }() // only what is left to the system otherwise
	if err := b.docs(ctx, stage); err != nil {
		return err
	}
	for _, m := range machines {
		if m.os == "linux" && (b.wants("deb", m) || b.wants("rpm", m) || b.wants("apk", m)) || m.os == "darwin" && b.wants("mac", m) {
			if err := b.machine(ctx, stage, m); err != nil {
				return err
			}
		}
	}
	return b.sums()
}

// machine makes what is for one machine.
func (b *build) machine(ctx context.Context, stage string, m machine) error {
	dir := filepath.Join(stage, m.folder())
	for _, p := range b.wanted() {
		program := filepath.Join(dir, p.name)
		if err := b.compile(ctx, p, m, program); err != nil {
			return err
		}
		if err := b.bill(p, m, program, program+".cdx.json"); err != nil {
			return err
		}
		if m.os == "darwin" {
			if err := b.mac(p, m, stage, dir); err != nil {
				return err
			}
			continue
		}
		for _, kind := range []string{"deb", "rpm", "apk"} {
			if !b.wants(kind, m) {
				continue
			}
			r, err := b.recipe(kind, p, m, stage, dir)
			if err != nil {
				return err
			}
			if err := b.nfpm(ctx, r, kind, p.name, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// compile builds a program, once, so that where and when do not matter.
func (b *build) compile(ctx context.Context, p product, m machine, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid= -X platen/internal/cli.version="+b.version, "-o", to, "./cmd/"+p.name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+m.os, "GOARCH="+m.arch, "GOARM="+m.arm)
	return say(cmd)
}

// docs writes manual pages and completions of both programs below stage.
func (b *build) docs(ctx context.Context, stage string) error {
	for _, p := range b.wanted() {
		here := machine{os: runtime.GOOS, arch: runtime.GOARCH}
		program := filepath.Join(stage, here.folder(), p.name)
		if err := b.compile(ctx, p, here, program); err != nil {
			return err
		}
		dir := filepath.Join(stage, "docs", p.name)
		cmd := exec.CommandContext(ctx, program, "docs", dir)
		// They tell where the settings of a service are, not those of who runs this.
		cmd.Env = append(os.Environ(), "CONFIGURATION_DIRECTORY=/etc/"+p.name, b.epoch())
		if err := say(cmd); err != nil {
			return err
		}
		pages, err := filepath.Glob(filepath.Join(dir, "man", "*.1"))
		if err != nil {
			return err
		}
		for _, page := range pages {
			if err := squeeze(page); err != nil {
				return err
			}
		}
	}
	return nil
}

// squeeze makes a file its gzip, without name and time.
func squeeze(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(path+".gz", b.Bytes(), 0o644); err != nil { //nolint:gosec // they are for everybody
		return err
	}
	return os.Remove(path)
}

// say runs a command; its error is what that said.
func say(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
