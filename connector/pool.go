package connector

import "sync"

// pool runs at most limit functions at once and keeps the others in line. Idle
// it has no goroutine.
type pool struct {
	limit int
	wg    *sync.WaitGroup // knows the goroutines

	mu      sync.Mutex // guards what follows
	running int
	line    []func()
}

// run calls f soon, in a goroutine.
func (p *pool) run(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running >= p.limit {
		p.line = append(p.line, f)
		return
	}
	p.running++
	p.wg.Go(func() {
		for f := f; f != nil; f = p.next() {
			f()
		}
	})
}

func (p *pool) next() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.line) == 0 {
		p.running--
		p.line = nil
		return nil
	}
	f := p.line[0]
	p.line[0] = nil
	p.line = p.line[1:]
	return f
}
