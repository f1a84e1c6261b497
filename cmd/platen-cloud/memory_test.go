package main

import (
	"context"
	"runtime/debug"
	"testing"
	"time"
)

// What work left is given back once, when it is over, and not while there is some.
func TestMemoryIsGivenBackWhenQuiet(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	released, ended := make(chan struct{}), make(chan struct{})
	work := func() {
		for range 32 {
			kept = make([]byte, 1<<20)
		}
	}
	work()
	go func() {
		defer close(ended)
		giveBack(ctx, time.Millisecond, func() { debug.FreeOSMemory(); released <- struct{}{} })
	}()
	<-released
	select {
	case <-released:
		t.Error("given back twice without work between")
	case <-time.After(50 * time.Millisecond):
	}
	work()
	<-released
	cancel()
	<-ended
}

var kept []byte
