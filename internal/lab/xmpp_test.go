package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The servers start with what we ship, and can be stopped, killed and started again;
// nothing of them is left behind.
func TestXMPPServers(t *testing.T) {
	for name, start := range map[string]func(TB, XMPPOptions) *XMPPServer{"Prosody": Prosody, "ejabberd": Ejabberd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, XMPPOptions{Cloud: "http://127.0.0.1:1", Bin: t.TempDir()})
			// ejabberd's own word: while it makes its tables its ports answer already.
			if text, err := os.ReadFile(s.file("logs/ejabberd.log")); name == "ejabberd" && !strings.Contains(string(text), "is started in the node") {
				t.Errorf("it has not started yet: %v", err)
			}
			began := time.Now()
			s.Stop()
			t.Logf("stopped in %s", time.Since(began).Round(time.Millisecond))
			s.Start()
			s.Freeze()
			s.Thaw()
			s.Kill()
			s.Start()
			t.Logf("up again after %s", time.Since(began).Round(time.Millisecond))
			holds, err := exec.Command("ss", "-tlnpH", "sport", "=", ":"+strconv.Itoa(s.Direct)).Output()
			if pid := fmt.Sprintf("pid=%d,", s.PID()); err != nil || !strings.Contains(string(holds), pid) {
				t.Errorf("%s does not take connectors: %s %v", pid, holds, err)
			}
			group := s.proc.cmd.Process.Pid
			s.Stop()
			if err := syscall.Kill(-group, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("processes are left behind: %v", err)
			}
		})
	}
}
