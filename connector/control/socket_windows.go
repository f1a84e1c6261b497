package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/windows"
)

// pipes is where the names of pipes of this machine begin.
const pipes = `\\.\pipe\`

// Listen opens the named pipe path, for administrators and the account of this process.
// It fails if somebody else has a pipe of that name: nobody can answer in our place.
func Listen(path string) (net.Listener, error) {
	if !strings.HasPrefix(strings.ToLower(path), pipes) {
		return nil, fmt.Errorf("%s is not the name of a pipe: set socket to %splaten, or to nothing", path, pipes)
	}
	return listenPipe(path)
}

// AskAs says as whom the connector may be asked.
const AskAs = `open a terminal with "Run as administrator", and ask there`

// busyTime is the pause before a pipe is tried again of which every end is taken.
const busyTime = 20 * time.Millisecond

// dial connects to the pipe path. The other side learns nothing of who this is.
func dial(ctx context.Context, path string) (net.Conn, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	for {
		h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING,
			windows.FILE_FLAG_OVERLAPPED|windows.SECURITY_SQOS_PRESENT|windows.SECURITY_ANONYMOUS, 0)
		switch {
		case err == nil:
			return &pipeConn{File: os.NewFile(uintptr(h), path), path: pipeAddr(path)}, nil
		case !errors.Is(err, windows.ERROR_PIPE_BUSY):
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(busyTime):
		}
	}
}

// nobody reports whether a call failed because no daemon listens.
func nobody(err error) bool { return errors.Is(err, fs.ErrNotExist) }
