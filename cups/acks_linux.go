package cups

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// unacknowledged returns how many bytes the other end has not acknowledged, of a
// connection of which our half has ended. An error that came on the connection since
// is returned.
func unacknowledged(conn *net.TCPConn) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("looking at the connection: %w", err)
	}
	var left, broke int
	var failed error
	err = raw.Control(func(fd uintptr) {
		if broke, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR); failed == nil {
			left, failed = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
		}
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("looking at the connection: %w", err)
	case failed != nil:
		return 0, fmt.Errorf("looking at the connection: %w", failed)
	case broke != 0:
		return left, os.NewSyscallError("tcp", unix.Errno(broke))
	}
	return max(left-1, 0), nil // the end counts as a byte (RFC 9293, 3.4): it need not be acknowledged
}
