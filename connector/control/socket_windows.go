package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"

	"platen/internal/private"
)

// pipes is where the names of pipes of this machine begin.
const pipes = `\\.\pipe\`

// Listen opens the named pipe path, for administrators and the account of this process.
// It fails if somebody else has a pipe of that name: nobody can answer in our place.
func Listen(path string) (net.Listener, error) {
	if !strings.HasPrefix(strings.ToLower(path), pipes) {
		return nil, fmt.Errorf("%s is not the name of a pipe: set socket to %splaten, or to nothing", path, pipes)
	}
	rights, err := private.SDDL("")
	if err != nil {
		return nil, fmt.Errorf("rights of the pipe: %w", err)
	}
	l, err := winio.ListenPipe(path, &winio.PipeConfig{SecurityDescriptor: rights})
	if err != nil {
		return nil, fmt.Errorf("open the pipe %s: %w", path, err)
	}
	return l, nil
}

// dial connects to the pipe path. It is anonymous to the other side.
func dial(ctx context.Context, path string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	c, err := winio.DialPipeContext(ctx, path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: open a terminal with \"Run as administrator\"", err)
	}
	return c, err
}

// nobody reports whether a call failed because no daemon listens.
func nobody(err error) bool { return errors.Is(err, fs.ErrNotExist) }
