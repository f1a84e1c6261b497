package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"platen/connector"
	"platen/gcp"
	"platen/internal/disk"
)

// runFile is the name of the file.
const runFile = "run.json"

// historyFile keeps which run of the state folder is the current one.
type historyFile struct {
	path string
	kept connector.History
}

var _ connector.Runs = (*historyFile)(nil)

// openRuns reads the file. One that cannot be read is as one that is not there: the
// service then finds that the history does not fit, and nothing is printed twice.
func openRuns(dir string) (*historyFile, error) {
	r := &historyFile{path: filepath.Join(dir, runFile)}
	b, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of runs: %w", err)
	}
	if json.Unmarshal(b, &r.kept) != nil {
		r.kept = connector.History{}
	}
	return r, nil
}

// History implements connector.Runs.
func (r *historyFile) History() connector.History { return r.kept }

// KeepHistory implements connector.Runs.
func (r *historyFile) KeepHistory(h connector.History) error {
	b, err := json.MarshalIndent(h, "", "\t")
	if err != nil {
		return err
	}
	return disk.Replace(disk.OS{}, r.path, append(b, '\n'))
}

// hostName is how the machine is named to the service.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// resource names the notification stream of this process: two installations with
// the same credentials have one each.
func (d *Daemon) resource() gcp.ProxyID {
	return gcp.ProxyID(fmt.Sprintf("%s-%08x", d.credentials.Proxy, d.streams))
}
