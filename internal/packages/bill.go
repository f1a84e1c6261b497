package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"
)

// bill is a CycloneDX bill of materials, version 1.5 (ECMA-424): what a program was
// built of, as the linker wrote it into the program.
type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   billOf      `json:"metadata"`
	Components []component `json:"components"`
}

type billOf struct {
	Time      string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Ref     string `json:"bom-ref"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
}

// bill writes the bill of materials of a program.
func (b *build) bill(p product, m machine, program, to string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("what %s is built of: %w", p.name, err)
	}
	of := part("application", p.name, b.version, "pkg:generic/"+p.name+"@"+url.PathEscape(b.version)+"?arch="+m.name()+"&os="+m.os)
	out := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: billOf{Time: b.date.Format(time.RFC3339), Component: of}}
	goVersion := info.GoVersion[len("go"):]
	out.Components = append(out.Components, part("library", "std", goVersion, "pkg:golang/std@"+goVersion))
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		out.Components = append(out.Components, part("library", d.Path, d.Version, "pkg:golang/"+d.Path+"@"+d.Version))
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(text, '\n'), 0o644) //nolint:gosec // it is for everybody
}

func part(kind, name, version, purl string) component {
	return component{Ref: purl, Type: kind, Name: name, Version: version, PURL: purl}
}
