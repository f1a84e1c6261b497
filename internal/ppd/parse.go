package ppd

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Errors of files that are none, or more than is read.
var (
	ErrNotPPD = errors.New("this is no PPD file")
	ErrTooBig = errors.New("the PPD file is larger than anybody needs")
)

// Parse reads a PPD file. Of statements that it does not understand it takes no
// notice, as the standard wants (PPD 4.3, 2.3).
func Parse(data []byte) (*File, error) {
	if len(data) > MaxSize {
		return nil, ErrTooBig
	}
	p := parser{
		scan:  scanner{rest: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))},
		file:  &File{papers: map[string]Paper{}, finishings: map[Choosing]bool{}, excluded: map[Choosing]bool{}},
		known: map[string]int{}, choices: map[Choosing]bool{}, defaults: map[string]string{}, params: map[string]map[string]Param{},
		custom: map[string]bool{}, english: map[Choosing]string{},
	}
	first := true
	for {
		st, ok, err := p.scan.next()
		if err != nil {
			return nil, fmt.Errorf("reading a PPD file: %w", err)
		}
		if !ok {
			break
		}
		if first && st.main != "PPD-Adobe" {
			return nil, ErrNotPPD
		}
		first = false
		if err := p.take(st); err != nil {
			return nil, fmt.Errorf("reading a PPD file: line %d: %w", p.scan.line, err)
		}
	}
	if first {
		return nil, ErrNotPPD
	}
	p.finish()
	return p.file, nil
}

// parser is a file half read.
type parser struct {
	scan        scanner
	file        *File
	encoding    string
	group       string
	open        string         // the option between OpenUI and CloseUI, "" outside
	known       map[string]int // places of options
	choices     map[Choosing]bool
	defaults    map[string]string
	params      map[string]map[string]Param
	custom      map[string]bool
	constraints []constraint
	english     map[Choosing]string // translations of files in another language; choice "" is the option itself
}

func (p *parser) take(st statement) error {
	switch st.main {
	case "LanguageEncoding":
		p.encoding = st.value
	case "OpenGroup":
		p.group, _, _ = strings.Cut(st.value, "/")
		p.group = strings.TrimSpace(p.group)
	case "CloseGroup":
		p.group = ""
	case "OpenUI", "JCLOpenUI":
		return p.openUI(st)
	case "CloseUI", "JCLCloseUI":
		p.open = ""
	case "UIConstraints", "NonUIConstraints", "cupsUIConstraints":
		return p.constrain(st.value)
	case "cupsIPPFinishings":
		p.finishing(st.value)
	default:
		if strings.HasPrefix(st.main, "en.") {
			p.translate(st)
			return nil
		}
		if p.open != "" && st.main == p.open && st.option != "" {
			return p.choice(st)
		}
		p.fact(st)
	}
	return nil
}

// openUI begins an option. One that is opened again goes on.
func (p *parser) openUI(st statement) error {
	keyword := strings.TrimPrefix(st.option, "*")
	ui := UI(strings.TrimSpace(st.value))
	p.open = ""
	if keyword == "" || ui != PickOne && ui != PickMany && ui != Boolean {
		return nil
	}
	p.open = keyword
	if _, again := p.known[keyword]; again {
		return nil
	}
	if len(p.file.Options) == maxOptions {
		return fmt.Errorf("there are more than %d options", maxOptions)
	}
	p.known[keyword] = len(p.file.Options)
	p.file.Options = append(p.file.Options, Option{
		Keyword: keyword, Text: decode(st.text, p.encoding), UI: ui, Group: p.group,
		Installable: p.group == "InstallableOptions",
	})
	return nil
}

func (p *parser) choice(st statement) error {
	o := &p.file.Options[p.known[p.open]]
	if p.choices[Choosing{p.open, st.option}] {
		return nil
	}
	if len(p.choices) == maxChoices {
		return fmt.Errorf("there are more than %d choices", maxChoices)
	}
	p.choices[Choosing{p.open, st.option}] = true
	o.Choices = append(o.Choices, Choice{Keyword: st.option, Text: decode(st.text, p.encoding)})
	return nil
}

// translate keeps an English text of a file in another language (CUPS, "PPD
// Extensions", cupsLanguages): *en.Translation Option/Text and *en.Option Choice/Text.
func (p *parser) translate(st statement) {
	if len(p.english) >= maxOptions+maxChoices || st.text == "" {
		return
	}
	at := Choosing{Option: strings.TrimPrefix(st.main, "en."), Choice: st.option}
	if at.Option == "Translation" {
		at = Choosing{Option: st.option}
	}
	p.english[at] = clean(unhex(st.text)) // always UTF-8
}

// finish puts together what may come in any order.
func (p *parser) finish() {
	for i := range p.file.Options {
		o := &p.file.Options[i]
		o.Default = p.defaults[o.Keyword]
		o.Custom, o.Params = p.custom[o.Keyword], p.params[o.Keyword]
		o.Text = named(p.english[Choosing{Option: o.Keyword}], o.Text, o.Keyword)
		for k := range o.Choices {
			c := &o.Choices[k]
			c.Text = named(p.english[Choosing{o.Keyword, c.Keyword}], c.Text, c.Keyword)
		}
	}
	p.exclude()
	p.usualFinishings()
}

// named returns the first name that is one.
func named(names ...string) string {
	for _, n := range names {
		if n = clean(n); n != "" {
			return n
		}
	}
	return ""
}

// numbers reads numbers apart by blanks.
func numbers(s string) []float64 {
	var out []float64
	for i, f := range strings.Fields(s) {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil || i == 8 || !(n > -1e6 && n < 1e6) {
			return out
		}
		out = append(out, n)
	}
	return out
}
