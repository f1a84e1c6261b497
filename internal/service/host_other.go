//go:build !windows

package service

import (
	"context"
	"io"
)

// host runs in the foreground: other managers than Windows' want nothing else.
func host(ctx context.Context, _ string, run func(context.Context, io.Writer) error) error {
	return run(ctx, nil)
}
