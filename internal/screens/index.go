package main

import (
	"fmt"
	"html/template"
	"os"
)

// index shows all pictures side by side.
const index = `<!doctype html>
<meta charset="utf-8">
<title>Screens</title>
<style>
body { font: 1rem system-ui, sans-serif; margin: 1rem; background: #888; }
section > div { display: flex; gap: 1rem; align-items: start; overflow-x: auto; }
img { max-width: 40rem; box-shadow: 0 1px 6px #0008; } img.phone { max-width: 16rem; }
</style>
{{range $s := .Screens}}<section><h2>{{.Name}} <small>{{.Route}}{{with .Who}}, as {{.}}{{end}}</small></h2>
<div>{{range $.Modes}}<img class="{{.Name}}" src="{{$s.Name}}-{{.Name}}.png" alt="{{$s.Name}}, {{.Name}}" loading="lazy">
{{end}}</div></section>
{{end}}`

func writeIndex(path string, screens []Screen) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the page of pictures: %w", err)
	}
	err = template.Must(template.New("index").Parse(index)).Execute(f, struct {
		Screens []Screen
		Modes   []Mode
	}{screens, Modes()})
	if end := f.Close(); err == nil {
		err = end
	}
	if err != nil {
		return fmt.Errorf("write the page of pictures: %w", err)
	}
	return nil
}
