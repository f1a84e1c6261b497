package raster

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// A service may have no standard output at all: PDFium is given one that leads
// nowhere.
func TestWithoutConsole(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "consoleless")
	if err := cmd.Run(); err != nil {
		t.Errorf("without standard output: %v", err)
	}
}

// consoleless starts PDFium in a process of which the standard files are closed.
func consoleless() int {
	for fd := range 3 {
		if syscall.Close(fd) != nil {
			return 4
		}
	}
	e, err := openEngine(context.Background(), setup{memory: 512 << 20, interpret: true})
	if err != nil {
		return 5
	}
	e.close()
	return 0
}
