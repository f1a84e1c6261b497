//go:build !windows

package service

import (
	"context"

	kardianos "github.com/kardianos/service"
)

// host runs in the foreground: other managers than Windows' want nothing else.
func host(ctx context.Context, _ string, _ kardianos.Service, run func(context.Context) error) error {
	return run(ctx)
}
