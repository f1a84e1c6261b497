package daemon

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"platen/gcp/client"
	"platen/internal/secret"
)

// network is how the cloud is reached.
type network struct {
	CAFile    string      // PEM of a further authority; may be empty
	CA        string      // what pairing gave; may be empty
	HTTPProxy secret.Text // "" means that of the environment
}

// dial returns a client of the cloud.
func (n network) dial(c client.Config) (*client.Client, error) {
	roots, err := rootCAs(n.CAFile, n.CA)
	if err != nil {
		return nil, err
	}
	proxy, err := httpProxy(n.HTTPProxy)
	if err != nil {
		return nil, err
	}
	c.RootCAs, c.HTTPProxy = roots, proxy
	return client.New(c)
}

// rootCAs returns the system's authorities and those of a file and a text, or
// nil where both are empty.
func rootCAs(file, text string) (*x509.CertPool, error) {
	if file == "" && text == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("ca_file: %w", err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("ca_file: %s holds no certificate", file)
		}
	}
	if text != "" && !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, errors.New("the authority that pairing gave holds no certificate")
	}
	return pool, nil
}
