package xmpp

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// proxyAnswer bounds what a proxy may say before the tunnel stands.
const proxyAnswer = 64 << 10

// throughProxy opens a connection to address by way of an HTTP proxy (RFC 9110,
// 9.3.6), with the name and password that its own address holds, as Basic
// (RFC 7617).
func throughProxy(ctx context.Context, d *net.Dialer, proxy *url.URL, address string, roots *x509.CertPool) (net.Conn, error) {
	c, err := d.DialContext(ctx, "tcp", proxyAddress(proxy))
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", proxy.Host, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() }) // wakes every read and write
	defer stop()
	tunnel, err := connectBy(ctx, c, proxy, address, roots)
	if err != nil {
		_ = c.Close() // the error is the one to tell
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("proxy %s: %w", proxy.Host, err)
	}
	return tunnel, nil
}

func proxyAddress(proxy *url.URL) string {
	port := map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	return net.JoinHostPort(proxy.Hostname(), cmp.Or(proxy.Port(), port))
}

// connectBy asks the proxy for the tunnel.
func connectBy(ctx context.Context, c net.Conn, proxy *url.URL, address string, roots *x509.CertPool) (net.Conn, error) {
	if proxy.Scheme == "https" {
		t := tls.Client(c, &tls.Config{ServerName: proxy.Hostname(), RootCAs: roots, MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		c = t
	}
	if err := c.SetDeadline(time.Now().Add(dialTime)); err != nil {
		return nil, err
	}
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
		req.Header["Proxy-Authorization"] = req.Header["Authorization"]
		req.Header.Del("Authorization")
	}
	if err := req.Write(c); err != nil {
		return nil, err
	}
	// The peer speaks first only after us, so that nothing of the stream is read here.
	in := bufio.NewReader(&boundedReader{c, proxyAnswer})
	resp, err := http.ReadResponse(in, req)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close() // of a tunnel there is none
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it refuses the way to %s: %s", address, resp.Status)
	}
	if in.Buffered() > 0 {
		return nil, errors.New("it sends what nobody asked for")
	}
	return c, c.SetDeadline(time.Time{})
}

// boundedReader ends after so many bytes.
type boundedReader struct {
	net.Conn
	left int
}

// Read implements io.Reader.
func (r *boundedReader) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, errors.New("it says too much")
	}
	n, err := r.Conn.Read(b[:min(len(b), r.left)])
	r.left -= n
	return n, err
}
