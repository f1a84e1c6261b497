package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// recipe is what nfpm reads: its YAML, of which JSON is a part.
type recipe struct {
	Name        string            `json:"name"`
	Arch        string            `json:"arch"`
	Platform    string            `json:"platform"`
	Version     string            `json:"version"`
	Section     string            `json:"section"`
	Priority    string            `json:"priority"`
	Maintainer  string            `json:"maintainer"`
	Description string            `json:"description"`
	License     string            `json:"license"`
	MTime       string            `json:"mtime"`
	Recommends  []string          `json:"recommends,omitempty"`
	Suggests    []string          `json:"suggests,omitempty"`
	Contents    []content         `json:"contents"`
	Scripts     map[string]string `json:"scripts"`
	RPM         struct {
		Summary   string `json:"summary"`
		BuildHost string `json:"buildhost"`
	} `json:"rpm"`
	APK struct {
		Scripts map[string]string `json:"scripts"`
	} `json:"apk"`
}

// content is one file of a package.
type content struct {
	From string   `json:"src,omitempty"`
	To   string   `json:"dst"`
	Type string   `json:"type,omitempty"`
	Info fileInfo `json:"file_info"`
}

type fileInfo struct {
	Mode  int    `json:"mode"`
	Owner string `json:"owner"`
	Group string `json:"group"`
	MTime string `json:"mtime"`
}

// nfpm makes one package.
func (b *build) nfpm(ctx context.Context, r recipe, kind, name, dir string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, name+"."+kind+".yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile=tools/nfpm/go.mod", "nfpm", "package", "--config", file, "--packager", kind, "--target", b.out)
	cmd.Env = append(os.Environ(), b.epoch())
	return say(cmd)
}

func (b *build) recipe(kind string, p product, m machine, stage, dir string) (recipe, error) {
	r := recipe{
		Name: p.name, Arch: m.nfpm, Platform: "linux", Version: b.version, Section: "net", Priority: "optional",
		Maintainer: "The Platen project <maintainers@platen.invalid>", License: "Apache-2.0",
		Description: p.title + "\n" + p.about, MTime: b.date.Format(time.RFC3339),
		Scripts: map[string]string{},
	}
	r.RPM.Summary, r.RPM.BuildHost = p.title, "localhost"
	if kind == "deb" {
		r.Recommends, r.Suggests = p.recommends, p.suggests
	}
	for _, script := range []string{"postinstall", "preremove", "postremove"} {
		path, err := b.fill(p, script, dir)
		if err != nil {
			return r, err
		}
		r.Scripts[script] = path
	}
	if kind == "apk" { // whose description is one line
		r.Description = p.title
		r.APK.Scripts = map[string]string{"postupgrade": r.Scripts["postinstall"]}
	}
	add := func(from, to string, mode int) {
		r.Contents = append(r.Contents, content{From: from, To: to, Info: fileInfo{mode, "root", "root", r.MTime}})
	}
	settings := func(from, to string) {
		add(from, to, 0o644)
		r.Contents[len(r.Contents)-1].Type = "config|noreplace"
	}
	add(filepath.Join(dir, p.name), "/usr/bin/"+p.name, 0o755)
	settings("packaging/settings/"+p.name+".toml", "/etc/"+p.name+"/"+p.name+".toml")
	units, err := filepath.Glob("packaging/systemd/" + p.name + "*")
	if err != nil {
		return r, err
	}
	for _, unit := range units {
		if owner(unit) == p.name {
			add(unit, "/usr/lib/systemd/system/"+filepath.Base(unit), 0o644)
		}
	}
	if kind == "apk" {
		add("packaging/openrc/"+p.name, "/etc/init.d/"+p.name, 0o755)
	}
	docs := filepath.Join(stage, "docs", p.name)
	pages, err := filepath.Glob(filepath.Join(docs, "man", "*.1.gz"))
	if err != nil {
		return r, err
	}
	for _, page := range pages {
		add(page, "/usr/share/man/man1/"+filepath.Base(page), 0o644)
	}
	zsh := "/usr/share/zsh/site-functions/_"
	if kind == "deb" {
		zsh = "/usr/share/zsh/vendor-completions/_"
	}
	add(filepath.Join(docs, "completions", "bash"), "/usr/share/bash-completion/completions/"+p.name, 0o644)
	add(filepath.Join(docs, "completions", "zsh"), zsh+p.name, 0o644)
	add(filepath.Join(docs, "completions", "fish"), "/usr/share/fish/vendor_completions.d/"+p.name+".fish", 0o644)
	add("LICENSE", "/usr/share/doc/"+p.name+"/copyright", 0o644)
	add("CHANGELOG.md", "/usr/share/doc/"+p.name+"/CHANGELOG.md", 0o644)
	add(filepath.Join(dir, p.name+".cdx.json"), "/usr/share/doc/"+p.name+"/sbom.cdx.json", 0o644)
	return r, texts(p, add)
}

// texts adds what the programs' messages name: the documents, and what goes with the
// cloud into other servers. Prosody's modules are where its settings look for them.
func texts(p product, add func(from, to string, mode int)) error {
	copies := [][2]string{{"docs/*.md", "/usr/share/doc/" + p.name}}
	if p.name == "platen-cloud" {
		for _, server := range []string{"nginx", "caddy", "prosody", "ejabberd"} {
			copies = append(copies, [2]string{"packaging/" + server + "/*", "/usr/share/doc/" + p.name + "/" + server})
		}
		copies = append(copies, [2]string{"packaging/prosody/mod_*.lua", "/usr/share/platen-cloud/prosody"})
	}
	for _, c := range copies {
		names, err := filepath.Glob(c[0])
		if err != nil {
			return err
		}
		for _, name := range names {
			add(name, c[1]+"/"+filepath.Base(name), 0o644)
		}
	}
	return nil
}

// owner is the program that a unit belongs to: the longest name that it begins with.
func owner(unit string) string {
	best := ""
	for _, p := range products {
		if strings.HasPrefix(filepath.Base(unit), p.name) && len(p.name) > len(best) {
			best = p.name
		}
	}
	return best
}

// fill writes a script of the packages for one program, and returns where.
func (b *build) fill(p product, script, dir string) (string, error) {
	text, err := os.ReadFile("packaging/scripts/" + script + ".sh")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, p.name+"."+script)
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "@NAME@", p.name)), 0o755); err != nil { //nolint:gosec // a script
		return "", err
	}
	return path, os.Chtimes(path, b.date, b.date) // apk has it
}
