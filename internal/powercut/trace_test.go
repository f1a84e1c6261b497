package powercut

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// calls are the system calls that are recorded: all that change files or names,
// make them durable, or tell somebody something.
const calls = "open,creat,openat,openat2,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat," +
	"link,linkat,ftruncate,truncate,mkdir,mkdirat,fallocate,lseek,sendto,sendmsg,sendfile,splice,copy_file_range"

// call is one system call of a traced program.
type call struct {
	name    string
	args    []string // as strace wrote them, without their data
	data    [][]byte // the strings among the arguments: paths and written bytes
	result  string   // "" of a call whose end was not seen
	began   int      // position in the record
	ended   int      // likewise; the record's length if it never did
	process int      // which of the programs' lives it is of
}

// failed reports whether the call changed nothing.
func (c *call) failed() bool { return strings.HasPrefix(c.result, "-1") }

// moment is the begin or the end of a call.
type moment struct {
	call *call
	end  bool
}

// record is what a program did, in order; several lives one after the other.
type record []moment

// read appends what strace wrote about one life of a program.
func (r *record) read(path string, life int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	open := map[string]*pending{}    // by thread
	br := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := br.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := r.line(strings.TrimSuffix(line, "\n"), life, open); err != nil {
			return fmt.Errorf("%w: %.200s", err, line)
		}
	}
	for _, p := range open {
		if err := p.call.parse(p.text); err != nil {
			return err
		}
		p.call.ended = len(*r)
	}
	return nil
}

// pending is a call whose end was not seen yet.
type pending struct {
	call *call
	text string
}

// line takes up one line of strace's: "PID call(arguments) = result", which may
// come in two parts.
func (r *record) line(line string, life int, open map[string]*pending) error {
	thread, text, _ := strings.Cut(line, " ")
	text = strings.TrimLeft(text, " ")
	switch {
	case strings.HasPrefix(text, "+++"), strings.HasPrefix(text, "---"):
		return nil
	case strings.HasPrefix(text, "<... "):
		p := open[thread]
		if p == nil {
			return errors.New("end of a call that never began")
		}
		delete(open, thread)
		_, rest, ok := strings.Cut(text, " resumed>")
		if !ok {
			return errors.New("no end of a call")
		}
		p.call.ended = len(*r)
		*r = append(*r, moment{p.call, true})
		return p.call.parse(p.text + rest)
	}
	c := &call{began: len(*r), process: life}
	*r = append(*r, moment{c, false})
	if begin, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
		open[thread] = &pending{c, begin}
		return nil
	}
	c.ended = len(*r)
	*r = append(*r, moment{c, true})
	return c.parse(text)
}

// parse takes a call apart. Strings are written as \x00, so that nothing else
// can be found in them.
func (c *call) parse(text string) error {
	name, rest, ok := strings.Cut(text, "(")
	if !ok {
		return errors.New("not a call")
	}
	c.name = name
	var plain strings.Builder
	for {
		before, after, found := strings.Cut(rest, `"`)
		plain.WriteString(before)
		if !found {
			break
		}
		quoted, after, found := strings.Cut(after, `"`)
		if !found {
			return errors.New("a string without an end")
		}
		if strings.HasPrefix(after, "...") {
			return errors.New("a string that was cut short")
		}
		b, err := unescape(quoted)
		if err != nil {
			return err
		}
		c.data = append(c.data, b)
		rest = after
	}
	args := plain.String()
	if i := strings.LastIndex(args, " = "); i >= 0 {
		c.result = strings.TrimPrefix(args[i+3:], "?")
		args = strings.TrimRight(args[:i], " ")
	}
	c.args = strings.Split(strings.TrimSuffix(args, ")"), ", ")
	return nil
}

// unescape reads a string in which every byte is written as \x00.
func unescape(s string) ([]byte, error) {
	b := make([]byte, 0, len(s)/4)
	for ; len(s) >= 4; s = s[4:] {
		n, err := strconv.ParseUint(s[2:4], 16, 8)
		if err != nil {
			return nil, err
		}
		b = append(b, byte(n))
	}
	return b, nil
}

// target returns what the first argument, a file descriptor, stands for: a path
// or strace's words for a socket.
func (c *call) target() string {
	_, name, ok := strings.Cut(c.args[0], "<")
	if !ok {
		return ""
	}
	name = strings.TrimSuffix(name, ">")
	if strings.HasPrefix(name, `\x`) {
		b, err := unescape(name)
		if err != nil {
			return ""
		}
		return string(b)
	}
	return name
}

// number returns the i-th argument as a number.
func (c *call) number(i int) int64 {
	n, _ := strconv.ParseInt(c.args[i], 10, 64) // strace wrote it
	return n
}

// written returns the bytes that a call wrote: as many as it says, none if it failed, as one
// does that has to wait for room, and all if it never came back. What the kernel copied from
// file to socket is not seen: zeros stand for it.
func (c *call) written() []byte {
	result, _, _ := strings.Cut(c.result, " ") // after which stands which error it was
	n, err := strconv.Atoi(result)
	if c.name == "sendfile" {
		return make([]byte, max(n, 0))
	}
	b := bytes.Join(c.data, nil)
	if err == nil && n < len(b) {
		return b[:max(n, 0)]
	}
	return b
}
