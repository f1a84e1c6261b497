package daemon

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"platen/connector"
	"platen/connector/spool"
)

// write puts files into a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const someCredentials = `{"cloud":"https://print.example.com","proxy":"desk-1","client_id":"platen","refresh_token":"s3cret","jid":"r@x","owner":"ann@example.org"}`

// installation makes the state folder and the settings of a paired installation
// with a job in hand.
func installation(t *testing.T) (state, settings string) {
	t.Helper()
	dir := t.TempDir()
	state, settings = filepath.Join(dir, "state"), filepath.Join(dir, "platen.toml")
	write(t, dir, map[string]string{
		"platen.toml":             "state_dir = \"" + state + "\"\nexclude = [\"secret*\"]\n",
		"state/credentials.json":  someCredentials,
		"state/printers.json":     `{"version":1,"printers":[{"name":"lp","id":"p1"}],"direct":[{"name":"d","uri":"ipp://10.0.0.9/ipp/print"}]}`,
		"state/pins.json":         `{"d":"sha256:00"}`,
		"state/run.json":          `{"current":"00"}`,
		"state/spool/journal":     "nothing of this",
		"state/spool/documents/j": "%PDF",
		"state/life.json":         "{}",
	})
	return state, settings
}

func TestBackupHoldsNoJobs(t *testing.T) {
	state, settings := installation(t)
	b, err := MakeBackup(settings, state)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(b.Files)), []string{"credentials.json", "pins.json", "platen.toml", "printers.json"}; !slices.Equal(got, want) {
		t.Errorf("it holds %v, want %v", got, want)
	}
	file := filepath.Join(t.TempDir(), "b.json")
	if err := b.Write(file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	again, err := ReadBackup(file)
	if err != nil || !maps.EqualFunc(again.Files, b.Files, slices.Equal) {
		t.Errorf("read again: %v, %+v", err, again)
	}
	cfg, ok, err := again.Settings()
	if err != nil || !ok || cfg.StateDir != state || !slices.Equal(cfg.Exclude, []string{"secret*"}) {
		t.Errorf("settings %+v, %v, %v", cfg, ok, err)
	}
}

func TestRestore(t *testing.T) {
	state, settings := installation(t)
	b, err := MakeBackup(settings, state)
	if err != nil {
		t.Fatal(err)
	}
	r := Restoring{Backup: b, StateDir: state, Settings: settings}
	if _, err := r.Restore(); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a folder with state: %v, want ErrNotEmpty", err)
	}
	lock, err := spool.Acquire(state)
	if err != nil {
		t.Fatal(err)
	}
	r.Force = true
	if _, err := r.Restore(); !errors.Is(err, spool.ErrLocked) {
		t.Errorf("into a folder in use: %v, want ErrLocked", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	write(t, state, map[string]string{"printers.json": `{"version":1}`})
	write(t, filepath.Dir(settings), map[string]string{"platen.toml": "# another\n"})
	moved, err := r.Restore()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"spool/journal", "run.json", "life.json", "printers.json"} {
		if _, err := os.Stat(filepath.Join(moved, name)); err != nil {
			t.Errorf("not kept: %v", err)
		}
	}
	for _, name := range []string{"spool", "run.json", "life.json"} {
		if _, err := os.Stat(filepath.Join(state, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	if kept, err := filepath.Glob(settings + ".before-restore-*"); len(kept) != 1 {
		t.Errorf("settings moved aside: %v, %v", kept, err)
	}
	c, err := ReadCredentials(state)
	if err != nil || c.Proxy != "desk-1" || c.RefreshToken != "s3cret" {
		t.Errorf("credentials of %q, %v", c.Proxy, err)
	}
	known, err := openPrinters(state)
	if err != nil || len(known.Identities()) != 1 || len(known.Direct()) != 1 {
		t.Errorf("printers %+v, %v", known, err)
	}
	owner := os.Geteuid()
	if owner == 0 { // root restores for a service that runs as somebody else
		owner = 65534
		if err := os.Chown(state, owner, owner); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(state, "lock")); err != nil {
			t.Fatal(err)
		}
	}
	if moved, err = r.Restore(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{moved, filepath.Join(state, "lock"), filepath.Join(state, "credentials.json"), filepath.Join(state, "printers.json"), filepath.Join(state, "pins.json")} {
		if st, err := owned(name); err != nil || int(st.Uid) != owner {
			t.Errorf("%s is %+v's, %v, want %d", name, st, err, owner)
		}
	}
	if info, err := os.Stat(settings); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the settings: %v, %v", info, err)
	}
	fresh := Restoring{Backup: b, StateDir: filepath.Join(t.TempDir(), "new")}
	if moved, err := fresh.Restore(); err != nil || moved != "" {
		t.Errorf("into a new folder: %q, %v", moved, err)
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	state, settings := installation(t)
	good, err := MakeBackup(settings, state)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name, text string) func() Backup {
		return func() Backup {
			b := good
			b.Files = maps.Clone(good.Files)
			b.Files[name] = []byte(text)
			b.Digest = b.digest()
			return b
		}
	}
	for name, make := range map[string]func() Backup{
		"a path":            with("../../etc/cron.d/evil", "x"),
		"a journal":         with("spool/journal", "x"),
		"no credentials":    with("credentials.json", "{}"),
		"broken":            with("credentials.json", "{"),
		"printers":          with("printers.json", "["),
		"newer printers":    with("printers.json", `{"version":99}`),
		"pins":              with("pins.json", "7"),
		"a changed file":    func() Backup { b := with("pins.json", "{}")(); b.Digest = good.Digest; return b },
		"of a newer platen": func() Backup { b := good; b.Version = 2; return b },
		"no version":        func() Backup { b := good; b.Version = 0; return b },
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "b.json")
			if err := make().Write(file); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadBackup(file); err == nil {
				t.Error("it was taken")
			}
		})
	}
	huge := filepath.Join(t.TempDir(), "huge")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<40); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadBackup(huge); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("a huge file: %v", err)
	}
}

// A backup made while the daemon writes holds files of one moment.
func TestBackupWhileRunning(t *testing.T) {
	state, settings := installation(t)
	known, err := openPrinters(state)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			for _, n := range []string{"a", "b"} {
				if err := known.KeepIdentities([]connector.Identity{{Name: "lp", ID: "p", Hash: n}}); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for range 20 {
		b, err := MakeBackup(settings, state)
		if err == nil {
			err = b.check()
		}
		if err != nil && !strings.Contains(err.Error(), "hold still") {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func FuzzParseBackup(f *testing.F) {
	b := Backup{Version: 1, Files: map[string][]byte{credentialsFile: []byte(someCredentials)}}
	b.Digest = b.digest()
	file := filepath.Join(f.TempDir(), "b")
	if err := b.Write(file); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"platen-backup":1,"files":{"platen.toml":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseBackup(data)
		if err != nil {
			return
		}
		// What is taken can be restored, and makes an installation that is paired.
		dir := filepath.Join(t.TempDir(), "state")
		if _, err := (Restoring{Backup: b, StateDir: dir}).Restore(); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCredentials(dir); err != nil {
			t.Error(err)
		}
		if _, err := openPrinters(dir); err != nil {
			t.Error(err)
		}
		if _, err := openPins(dir); err != nil {
			t.Error(err)
		}
	})
}

// Settings that hold the password of an HTTP proxy are restored for the service alone.
func TestRestoreKeepsSettingsSecret(t *testing.T) {
	state, settings := installation(t)
	write(t, filepath.Dir(settings), map[string]string{"platen.toml": "http_proxy = \"http://ann:s3cret@proxy.example.com:3128\"\n"})
	b, err := MakeBackup(settings, state)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	owner := os.Geteuid()
	if owner == 0 { // root restores for a service that runs as somebody else
		owner = 65534
		if err := os.Chown(dir, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	place := filepath.Join(t.TempDir(), "platen.toml")
	if _, err := (Restoring{Backup: b, StateDir: dir, Settings: place}).Restore(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(place)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the settings: %v, %v", info, err)
	}
	if st, err := owned(place); err != nil || int(st.Uid) != owner {
		t.Errorf("the settings are %+v's, %v, want %d", st, err, owner)
	}
}
