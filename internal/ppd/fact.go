package ppd

import (
	"strconv"
	"strings"
)

// maxFacts bounds what is kept of sizes, defaults and parameters.
const maxFacts = 5000

// fact takes a statement outside of options.
func (p *parser) fact(st statement) {
	f := p.file
	switch st.main {
	case "Manufacturer":
		f.Manufacturer = decode(st.value, p.encoding)
	case "ModelName":
		f.ModelName = decode(st.value, p.encoding)
	case "NickName":
		f.NickName = decode(st.value, p.encoding)
	case "1284DeviceID":
		f.DeviceID = decode(st.value, p.encoding)
	case "ColorDevice":
		f.ColorDevice = strings.EqualFold(st.value, "True")
	case "Throughput":
		if n, err := strconv.ParseFloat(st.value, 64); err == nil && n > 0 && n < 10000 {
			f.Throughput = int(n)
		}
	case "HWMargins":
		if n := numbers(st.value); len(n) == 4 && !(n[0] < 0 || n[1] < 0 || n[2] < 0 || n[3] < 0) {
			f.HWMargins = &Margins{n[0], n[1], n[2], n[3]}
		}
	case "MaxMediaWidth":
		f.MaxWidth = length(st.value)
	case "MaxMediaHeight":
		f.MaxHeight = length(st.value)
	case "PaperDimension":
		p.paper(st)
	case "ImageableArea":
		p.area(st)
	default:
		p.about(st)
	}
}

// length returns one length in points, 0 if it is none.
func length(value string) float64 {
	if n := numbers(value); len(n) == 1 && n[0] > 0 {
		return n[0]
	}
	return 0
}

// about takes what is said of an option: its default, and values of one's own.
func (p *parser) about(st statement) {
	if o, ok := strings.CutPrefix(st.main, "Default"); ok && st.option == "" && len(p.defaults) < maxFacts {
		if _, twice := p.defaults[o]; !twice {
			p.defaults[o] = strings.TrimSpace(st.value)
		}
		return
	}
	if o, ok := strings.CutPrefix(st.main, "ParamCustom"); ok {
		p.param(o, st)
		return
	}
	if o, ok := strings.CutPrefix(st.main, "Custom"); ok && st.option == "True" && len(p.custom) < maxFacts {
		p.custom[o] = true
	}
}

// param reads *ParamCustomPageSize Width: 1 points 36 612.
func (p *parser) param(option string, st statement) {
	words := strings.Fields(st.value)
	if len(words) != 4 || len(p.params) >= maxFacts || len(p.params[option]) >= 16 {
		return
	}
	n := numbers(words[2] + " " + words[3])
	if len(n) != 2 {
		return
	}
	if p.params[option] == nil {
		p.params[option] = map[string]Param{}
	}
	p.params[option][st.option] = Param{Type: words[1], Min: n[0], Max: n[1]}
}

func (p *parser) paper(st statement) {
	n := numbers(st.value)
	if len(n) != 2 || !(n[0] > 0 && n[1] > 0) || len(p.file.papers) >= maxFacts {
		return
	}
	paper := p.file.papers[st.option]
	paper.Width, paper.Height = n[0], n[1]
	p.file.papers[st.option] = paper
}

// area reads an ImageableArea: left, bottom, right and top edge of what can be
// printed. It becomes margins once the size is known.
func (p *parser) area(st statement) {
	n := numbers(st.value)
	if len(n) != 4 || len(p.file.papers) >= maxFacts {
		return
	}
	paper := p.file.papers[st.option]
	paper.Area = &Margins{n[0], n[1], n[2], n[3]}
	p.file.papers[st.option] = paper
}
