package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"platen/internal/cli"
)

// examineTimeout bounds each check of Examine.
const examineTimeout = 10 * time.Second

// lowDisk is the free space below which Examine warns, in bytes.
const lowDisk = 1 << 30

// Examine checks the settings and the installation, and says what to do about
// what is wrong. The cloud may be running.
func Examine(ctx context.Context, cfg Config) []cli.Finding {
	list := []cli.Finding{
		cli.Found("settings", "read", cfg.Check(), "the sentence says what to change"),
		examineState(cfg), examineDisk(cfg),
	}
	s, err := Open(ctx, cfg, slog.New(slog.DiscardHandler))
	list = append(list, cli.Found("database", filepath.Join(cfg.StateDir, "cloud.db"), err,
		"a newer program's database needs that program; else restore a backup"))
	if err == nil {
		list = append(list, examineAccounts(ctx, s), examineServing(ctx, s))
		_ = s.Close() // only looked
	}
	if cfg.Push.Direct == "" && cfg.Push.STARTTLS == "" {
		list = append(list, cli.Found("push", "", errNoPush, "set push.direct_listen"))
	} else {
		list = append(list, examinePush(ctx, cfg))
	}
	return list
}

func examineState(cfg Config) cli.Finding {
	info, err := os.Stat(cfg.StateDir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s can be read by others (mode %o)", cfg.StateDir, info.Mode().Perm())
	}
	return cli.Found("state folder", cfg.StateDir, err, "make it with mode 0700, owned by the user that runs the cloud")
}

func examineDisk(cfg Config) cli.Finding {
	var st syscall.Statfs_t
	err := syscall.Statfs(cfg.StateDir, &st)
	free := int64(st.Bavail) * st.Bsize
	if err == nil && free < lowDisk {
		err = fmt.Errorf("only %d MiB free", free>>20)
	}
	return cli.Found("disk", fmt.Sprintf("%d MiB free", free>>20), err, "make room: documents wait here until they are printed")
}

func examineAccounts(ctx context.Context, s *Server) cli.Finding {
	users, err := s.service.Users(ctx)
	admins := 0
	for _, u := range users {
		if u.Admin && !u.Disabled {
			admins++
		}
	}
	if err == nil && admins == 0 {
		err = fmt.Errorf("no administrator")
	}
	return cli.Found("accounts", fmt.Sprintf("%d, %d of them administrators", len(users), admins), err,
		"platen-cloud user add ADDRESS --admin")
}

func examineServing(ctx context.Context, s *Server) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/", nil)
	if err == nil {
		var resp *http.Response
		if resp, err = http.DefaultClient.Do(req); err == nil {
			err = resp.Body.Close()
		}
	}
	return cli.Found("public address", s.base+" answers", err, "is the cloud running (platen-cloud serve), and base_url right?")
}

func examinePush(ctx context.Context, cfg Config) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	if cfg.Push.Direct == "" {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", cfg.Push.STARTTLS)
		if err == nil {
			err = conn.Close()
		}
		return cli.Found("push", cfg.Push.STARTTLS+" answers", err, "is the cloud running?")
	}
	// Whether the certificate is valid for the name is the connectors' question
	// (platen doctor asks it); here only the port is tried.
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // nothing is sent
	conn, err := dialer.DialContext(ctx, "tcp", cfg.Push.Direct)
	if err == nil {
		err = conn.Close()
	}
	return cli.Found("push", cfg.Push.Direct+" answers", err, "is the cloud running?")
}
