package mdns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// interfaces returns the network cards, and the networks that each is in. It asks without
// netlink, by which net.Interfaces asks: a service need not be let use that for this.
func interfaces() ([]net.Interface, map[int][]netip.Prefix, error) {
	names, err := cardNames()
	if err != nil {
		return nil, nil, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("look at the network cards: %w", err)
	}
	defer func() { _ = unix.Close(fd) }() // it is only asked
	var list []net.Interface
	near := map[int][]netip.Prefix{}
	for _, name := range names {
		card, prefix, err := ask(fd, name)
		if err != nil {
			continue // it is gone
		}
		list = append(list, card)
		if prefix.IsValid() {
			near[card.Index] = append(near[card.Index], prefix.Masked())
		}
	}
	six, err := addresses6()
	for index, nets := range six {
		near[index] = append(near[index], nets...)
	}
	return list, near, err
}

// cardNames reads the names (proc(5), /proc/net/dev).
func cardNames() ([]string, error) {
	b, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		return nil, fmt.Errorf("look at the network cards: %w", err)
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names, nil
}

// ask asks the kernel what a card is (netdevice(7)), and its IPv4 network, if it has one.
func ask(fd int, name string) (net.Interface, netip.Prefix, error) {
	card := net.Interface{Name: name}
	r, err := unix.NewIfreq(name)
	if err != nil {
		return card, netip.Prefix{}, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, r); err != nil {
		return card, netip.Prefix{}, err
	}
	card.Index = int(r.Uint32())
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, r); err != nil {
		return card, netip.Prefix{}, err
	}
	for bit, flag := range map[uint16]net.Flags{
		unix.IFF_UP: net.FlagUp, unix.IFF_MULTICAST: net.FlagMulticast, unix.IFF_LOOPBACK: net.FlagLoopback, unix.IFF_POINTOPOINT: net.FlagPointToPoint,
	} {
		if r.Uint16()&bit != 0 {
			card.Flags |= flag
		}
	}
	address, err := inet4(fd, unix.SIOCGIFADDR, r)
	if err != nil {
		return card, netip.Prefix{}, nil //nolint:nilerr // it has none
	}
	mask, err := inet4(fd, unix.SIOCGIFNETMASK, r)
	if err != nil {
		return card, netip.Prefix{}, nil //nolint:nilerr // likewise
	}
	bits, _ := net.IPMask(mask[:]).Size()
	return card, netip.PrefixFrom(netip.AddrFrom4(address), bits), nil
}

func inet4(fd int, what uint, r *unix.Ifreq) (a [4]byte, err error) {
	if err := unix.IoctlIfreq(fd, what, r); err != nil {
		return a, err
	}
	b, err := r.Inet4Addr()
	copy(a[:], b)
	return a, err
}

// addresses6 reads the IPv6 networks of each card: address, index and length of the prefix
// are the first fields, in hexadecimal digits. Without IPv6 there is no such file.
func addresses6() (map[int][]netip.Prefix, error) {
	b, err := os.ReadFile("/proc/self/net/if_inet6")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the network cards: %w", err)
	}
	near := map[int][]netip.Prefix{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 3 || len(f[0]) != 32 {
			continue
		}
		hi, err := strconv.ParseUint(f[0][:16], 16, 64)
		lo, also := strconv.ParseUint(f[0][16:], 16, 64)
		index, third := strconv.ParseInt(f[1], 16, 32)
		bits, fourth := strconv.ParseInt(f[2], 16, 32)
		if errors.Join(err, also, third, fourth) != nil {
			continue
		}
		var a [16]byte
		for i := range 8 {
			a[i], a[8+i] = byte(hi>>(56-8*i)), byte(lo>>(56-8*i))
		}
		near[int(index)] = append(near[int(index)], netip.PrefixFrom(netip.AddrFrom16(a), int(bits)).Masked())
	}
	return near, nil
}
