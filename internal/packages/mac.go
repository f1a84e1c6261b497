package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mac makes an archive for macOS and, once both are there, Homebrew's formula for them.
// The archive has the root of an installer package: pkgbuild --root makes one of it on
// a Mac.
func (b *build) mac(p product, m machine, stage, dir string) error {
	docs := filepath.Join(stage, "docs", p.name)
	files := []struct {
		from, to string
		mode     int64
	}{
		{filepath.Join(dir, p.name), "usr/local/bin/" + p.name, 0o755},
		{"packaging/macos/" + p.name + ".plist", "Library/LaunchDaemons/" + p.name + ".plist", 0o644},
		{"packaging/settings/" + p.name + ".toml", "etc/" + p.name + "/" + p.name + ".toml.default", 0o644},
		{filepath.Join(docs, "completions", "zsh"), "usr/local/share/zsh/site-functions/_" + p.name, 0o644},
		{filepath.Join(docs, "completions", "bash"), "usr/local/etc/bash_completion.d/" + p.name, 0o644},
		{filepath.Join(dir, p.name+".cdx.json"), "usr/local/share/doc/" + p.name + "/sbom.cdx.json", 0o644},
		{"LICENSE", "usr/local/share/doc/" + p.name + "/LICENSE", 0o644},
	}
	pages, err := filepath.Glob(filepath.Join(docs, "man", "*.1.gz"))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := tar.NewWriter(zip)
	add := func(from, to string, mode int64) error {
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: to, Mode: mode, Size: int64(len(data)), ModTime: b.date, Format: tar.FormatPAX,
			Uname: "root", Gname: "wheel",
		}); err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	for _, f := range files {
		if err := add(f.from, f.to, f.mode); err != nil {
			return err
		}
	}
	for _, page := range pages {
		if err := add(page, "usr/local/share/man/man1/"+filepath.Base(page), 0o644); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(b.archive(p, m), out.Bytes(), 0o644); err != nil { //nolint:gosec // it is for everybody
		return err
	}
	return b.formula(p)
}

func (b *build) archive(p product, m machine) string {
	return filepath.Join(b.out, fmt.Sprintf("%s_%s_darwin_%s.tar.gz", p.name, b.version, m.name()))
}

// formula writes Homebrew's formula once the archives of both processors are there.
func (b *build) formula(p product) error {
	text, err := os.ReadFile("packaging/macos/formula.rb")
	if err != nil {
		return err
	}
	fill := []string{"@NAME@", p.name, "@VERSION@", b.version, "@TITLE@", p.title, "@CLASS@", class(p.name)}
	for _, arch := range []string{"amd64", "arm64"} {
		sum, err := sha256Of(b.archive(p, machine{os: "darwin", arch: arch}))
		if err != nil {
			return nil //nolint:nilerr // the other one comes
		}
		fill = append(fill, "@SHA256_"+strings.ToUpper(arch)+"@", sum)
	}
	formula := strings.NewReplacer(fill...).Replace(string(text))
	return os.WriteFile(filepath.Join(b.out, p.name+".rb"), []byte(formula), 0o644) //nolint:gosec // it is for everybody
}

// class is a program's name as Homebrew wants it: platen-cloud is PlatenCloud.
func class(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
