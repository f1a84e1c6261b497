package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is one look at a process.
type sample struct {
	At    time.Time `json:"at"`
	RSS   float64   `json:"rss_mb"` // megabytes of a million bytes
	Files int       `json:"files"`  // open descriptors
}

// gauges looks at both programs.
type gauges struct {
	w       *world
	samples map[string][]sample
}

func newGauges(w *world) *gauges { return &gauges{w: w, samples: map[string][]sample{}} }

func (g *gauges) watch(stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		g.w.mu.Lock()
		pids := map[string]int{"platen-cloud": g.w.site.CloudPID(), "platen": g.w.site.ConnectorPID()}
		g.w.mu.Unlock()
		for name, pid := range pids {
			if s, err := look(pid); err == nil {
				g.samples[name] = append(g.samples[name], s)
			}
		}
	}
}

func look(pid int) (sample, error) {
	s := sample{At: time.Now()}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return s, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				return s, err
			}
			s.RSS = kib * 1024 / 1e6
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	s.Files = len(files)
	return s, err
}

// trend is what a row of samples did over its last two thirds.
type trend struct {
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	Growth float64 `json:"growth"` // from the median of the middle third to that of the last one
}

// trendOf compares medians: a fault that has just been mended leaves a peak, and a
// program that was started again begins low.
func trendOf(samples []sample, value func(sample) float64) trend {
	third := len(samples) / 3
	if third == 0 {
		return trend{}
	}
	middle, last := sorted(samples[third:2*third], value), sorted(samples[2*third:], value)
	all := sorted(samples[third:], value)
	return trend{Median: median(all), Max: all[len(all)-1], Growth: median(last) - median(middle)}
}

func sorted(samples []sample, value func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	slices.Sort(values)
	return values
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }
