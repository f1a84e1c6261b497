package control

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"platen/internal/private"
)

// pipeListener hands out the ends of a named pipe. At any time there is one that nobody
// has called yet: the name is always taken, and always ours.
type pipeListener struct {
	path   string
	rights windows.SecurityAttributes
	closed windows.Handle // an event, set by Close

	accepting sync.Mutex     // held by the one who waits for a caller
	free      windows.Handle // the end that is called next; of who holds accepting

	once sync.Once
}

func listenPipe(path string) (net.Listener, error) {
	d, err := private.Rights("")
	if err != nil {
		return nil, fmt.Errorf("rights of the pipe: %w", err)
	}
	l := &pipeListener{path: path, rights: windows.SecurityAttributes{SecurityDescriptor: d}}
	l.rights.Length = uint32(unsafe.Sizeof(l.rights))
	if l.closed, err = windows.CreateEvent(nil, 1, 0, nil); err != nil {
		return nil, err
	}
	if l.free, err = l.end(windows.FILE_FLAG_FIRST_PIPE_INSTANCE); err != nil {
		return nil, errors.Join(fmt.Errorf("open the pipe %s: %w", path, err), windows.CloseHandle(l.closed))
	}
	return l, nil
}

// pipeBuffer is how much the system keeps for each direction: a hint, in bytes.
const pipeBuffer = 64 << 10

// end makes an end of the pipe. Machines in the network cannot call it.
func (l *pipeListener) end(flags uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(l.path)
	if err != nil {
		return 0, err
	}
	return windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|flags,
		windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS, windows.PIPE_UNLIMITED_INSTANCES, pipeBuffer, pipeBuffer, 0, &l.rights)
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	l.accepting.Lock()
	defer l.accepting.Unlock()
	for {
		if l.free == 0 { // it was closed, or the last time there was none to be had
			h, err := l.end(0)
			if err != nil {
				return nil, fmt.Errorf("open the pipe %s: %w", l.path, err)
			}
			l.free = h
		}
		called := l.free
		err := l.await(called)
		if errors.Is(err, windows.ERROR_NO_DATA) { // who called has gone
			err = windows.DisconnectNamedPipe(called)
			if err == nil {
				continue
			}
		}
		l.free = 0
		if err != nil {
			return nil, errors.Join(err, windows.CloseHandle(called))
		}
		l.free, _ = l.end(0) // else the next Accept says why
		return &pipeConn{File: os.NewFile(uintptr(called), l.path), path: pipeAddr(l.path)}, nil
	}
}

// await waits until somebody calls an end, or the listener is closed.
func (l *pipeListener) await(h windows.Handle) error {
	called, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(called) }() // only ours
	if l.isClosed() {
		return net.ErrClosed
	}
	o := windows.Overlapped{HEvent: called}
	err = windows.ConnectNamedPipe(h, &o)
	if errors.Is(err, windows.ERROR_PIPE_CONNECTED) {
		return nil
	}
	if !errors.Is(err, windows.ERROR_IO_PENDING) {
		return err
	}
	which, err := windows.WaitForMultipleObjects([]windows.Handle{called, l.closed}, false, windows.INFINITE)
	if err == nil && which == windows.WAIT_OBJECT_0 {
		var n uint32
		return windows.GetOverlappedResult(h, &o, &n, false)
	}
	// The system writes to o until it has let go of it.
	var n uint32
	_ = windows.CancelIoEx(h, &o)                    // it may have been called meanwhile
	_ = windows.GetOverlappedResult(h, &o, &n, true) // which is of no matter any more
	return errors.Join(net.ErrClosed, err)
}

func (l *pipeListener) isClosed() bool {
	event, err := windows.WaitForSingleObject(l.closed, 0)
	return err == nil && event == windows.WAIT_OBJECT_0
}

// Close implements net.Listener. Who waits in Accept gets net.ErrClosed.
func (l *pipeListener) Close() (err error) {
	l.once.Do(func() {
		err = windows.SetEvent(l.closed)
		l.accepting.Lock()
		defer l.accepting.Unlock()
		if l.free != 0 {
			err = errors.Join(err, windows.CloseHandle(l.free))
			l.free = 0
		}
	})
	return err
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr(l.path) }

// pipeAddr is the name of a pipe.
type pipeAddr string

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (a pipeAddr) String() string { return string(a) }

// pipeConn is one end of a call. The file has deadlines: its handle was opened for
// overlapped input and output (os.NewFile).
type pipeConn struct {
	*os.File

	path pipeAddr
}

// Read implements net.Conn. The end of the other side is the end of the file.
func (c *pipeConn) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	if errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_PIPE_NOT_CONNECTED) {
		err = io.EOF
	}
	return n, err
}

// LocalAddr implements net.Conn.
func (c *pipeConn) LocalAddr() net.Addr { return c.path }

// RemoteAddr implements net.Conn.
func (c *pipeConn) RemoteAddr() net.Addr { return c.path }
