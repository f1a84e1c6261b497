package spooler

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// printerInfo2 is PRINTER_INFO_2W of winspool.h.
type printerInfo2 struct {
	server, name, share, port, driver, comment, location *uint16
	devMode                                              uintptr
	separator, processor, dataType, parameters           *uint16
	security                                             uintptr
	attributes, priority, defaultPriority, start, until  uint32
	status, jobs, pagesPerMinute                         uint32
}

// Flags of EnumPrinters.
const (
	enumLocal       = 2
	enumConnections = 4
)

// mostBytes bounds what the spooler may answer: thousands of queues.
const mostBytes = 16 << 20

// queues asks EnumPrinters for what this account sees.
func queues() ([]Queue, error) {
	enum := windows.NewLazySystemDLL("winspool.drv").NewProc("EnumPrintersW")
	if err := enum.Find(); err != nil {
		return nil, fmt.Errorf("ask the spooler: %w", err)
	}
	var buf []byte
	for range 5 { // between two calls there may be more of them
		var need, count uint32
		var at *byte
		if len(buf) > 0 {
			at = &buf[0]
		}
		ok, _, err := enum.Call(enumLocal|enumConnections, 0, 2, uintptr(unsafe.Pointer(at)), uintptr(len(buf)),
			uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
		if ok != 0 {
			return read(buf, count), nil
		}
		if !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) || need > mostBytes {
			return nil, fmt.Errorf("ask the spooler: %w", err)
		}
		buf = make([]byte, need)
	}
	return nil, errors.New("the spooler's list does not hold still")
}

// read takes the queues out of an answer.
func read(buf []byte, count uint32) []Queue {
	if count == 0 || uintptr(count)*unsafe.Sizeof(printerInfo2{}) > uintptr(len(buf)) {
		return nil
	}
	list := make([]Queue, 0, count)
	for _, i := range unsafe.Slice((*printerInfo2)(unsafe.Pointer(&buf[0])), count) {
		q := Queue{Name: windows.UTF16PtrToString(i.name), Driver: windows.UTF16PtrToString(i.driver), Port: windows.UTF16PtrToString(i.port)}
		q.Host = portHost(q.Port)
		list = append(list, q)
	}
	return list
}

// Where the spooler's monitors keep their ports.
const monitors = `SYSTEM\CurrentControlSet\Control\Print\Monitors\`

// portHost returns the host that a port leads to.
func portHost(port string) string {
	tcp := monitors + `Standard TCP/IP Port\Ports\` + port
	for _, value := range []struct{ key, name string }{
		{tcp, "HostName"},
		{tcp, "IPAddress"},
		{wsd(port), "LocationInformation"},
	} {
		if h := host(text(value.key, value.name)); h != "" {
			return h
		}
	}
	return host(onlyURL(port))
}

// wsd returns the key of the device that a WSD port is of.
func wsd(port string) string {
	id := text(monitors+`WSD Port\Ports\`+port, "Printer UUID")
	if id == "" {
		return ""
	}
	return `SYSTEM\CurrentControlSet\Enum\SWD\DAFWSDProvider\` + id
}

// onlyURL returns a port's name where it is an address, as those of Internet printing are.
func onlyURL(port string) string {
	for _, scheme := range []string{"http:", "https:", "ipp:", "ipps:"} {
		if len(port) > len(scheme) && port[:len(scheme)] == scheme {
			return port
		}
	}
	return ""
}

// text returns a string of the registry; "" where it is not there.
func text(key, name string) string {
	if key == "" {
		return ""
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer func() { _ = k.Close() }() // only read
	s, _, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	return s
}
