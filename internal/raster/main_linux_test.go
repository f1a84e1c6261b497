package raster

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// other is a child that looks around.
func other(mode string) int {
	switch mode {
	case "look":
		look()
	case "forbidden":
		forbidden()
	case "consoleless":
		return consoleless()
	case "parent":
		return parent(os.Args[2], os.Args[3])
	case "tied":
		return tied()
	case "killed": // as the kernel does it when there is no memory
		send(os.Stderr, reply{Ready: true})
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	default:
		return 3
	}
	return 0
}

// surroundings are what a child finds.
type surroundings struct {
	Environment, Files, Open []string
	Nice                     int
	OOM                      string // oom_score_adj
}

// look writes them as the result.
func look() {
	confine()
	s := surroundings{Environment: os.Environ()}
	if entries, err := os.ReadDir("."); err == nil {
		for _, e := range entries {
			s.Files = append(s.Files, e.Name())
		}
	}
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		for _, e := range entries {
			if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
				s.Open = append(s.Open, to)
			}
		}
	}
	if now, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil {
		s.Nice = 20 - now
	}
	if score, err := os.ReadFile("/proc/self/oom_score_adj"); err == nil {
		s.OOM = strings.TrimSpace(string(score))
	}
	_ = json.NewEncoder(os.Stdout).Encode(s) // the test sees what is missing
	send(os.Stderr, reply{Result: &resultOfTests})
}

// prSetMDWE is what systemd's MemoryDenyWriteExecute is, since Linux 6.3.
const (
	prSetMDWE       = 65
	prMDWERefuseGen = 1
)

// forbidden says whether anything is compiled where written memory may not be run.
func forbidden() {
	runtime.LockOSThread()
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetMDWE, prMDWERefuseGen, 0, 0, 0, 0); errno != 0 {
		send(os.Stderr, reply{Error: &failure{Text: "the kernel knows nothing of it"}})
		return
	}
	if compiles() {
		send(os.Stderr, reply{Error: &failure{Text: "it compiles"}})
		return
	}
	send(os.Stderr, reply{Error: &failure{Text: "it does not compile"}})
}
