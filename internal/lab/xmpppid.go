package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// PID returns the id of the process that is the server: of ejabberd's, which are several,
// the one in which Erlang runs.
func (s *XMPPServer) PID() int {
	s.t.Helper()
	pid := s.proc.cmd.Process.Pid
	if s.program != "ejabberd" {
		return pid
	}
	for list := []int{pid}; len(list) > 0; list = list[1:] {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", list[0])) // it may have ended
		if strings.TrimSpace(string(name)) == "beam.smp" {
			return list[0]
		}
		list = append(list, children(list[0])...)
	}
	s.t.Fatalf("Erlang does not run")
	return 0
}

// children returns the processes that one has started (proc(5), task/TID/children).
func children(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is right
	var all []int
	for _, path := range lists {
		text, _ := os.ReadFile(path) // it may have ended
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}
