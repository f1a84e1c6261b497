package service

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	kardianos "github.com/kardianos/service"

	"platen/internal/cli"
	"platen/packaging"
)

// Definition describes one program as a service.
type Definition struct {
	Name    string // of the program, its unit and its user: "platen"
	Title   string // "Platen connector"
	Summary string // what it does, in one sentence
	Verb    string // that runs it in the foreground, with its flags

	// Arguments are flags that the service is started with, such as --config FILE.
	Arguments []string

	// Ports are those that it listens at. On systemd, 80 and 443 are opened by the socket
	// units of the program.
	Ports []int
}

// Remember adds flags that were given, in pairs of name and value, to what the service
// is started with; those without a value were not given. The values are paths.
func (d *Definition) Remember(flags ...string) error {
	for i := 0; i+1 < len(flags); i += 2 {
		if flags[i+1] == "" {
			continue
		}
		path, err := filepath.Abs(flags[i+1])
		if err != nil {
			return fmt.Errorf("%s %s: %w", flags[i], flags[i+1], err)
		}
		d.Arguments = append(d.Arguments, flags[i], path)
	}
	return nil
}

// verbRun is the verb of 'service' that a service manager starts which wants to be
// spoken to: Windows'.
const verbRun = "run"

// manager returns the service as the library knows it. It is never run by the library.
func (d Definition) manager() (kardianos.Service, error) {
	options, err := d.options()
	if err != nil {
		return nil, err
	}
	s, err := kardianos.New(nil, &kardianos.Config{
		Name: d.Name, DisplayName: d.Title, Description: d.Summary,
		Arguments: append([]string{"service", verbRun}, d.Arguments...),
		Option:    options,
	})
	if err != nil {
		return nil, fmt.Errorf("service manager: %w", err)
	}
	return s, nil
}

// options returns what each service manager is told: the files of the packages, for
// the program that runs now.
func (d Definition) options() (kardianos.KeyValue, error) {
	options := kardianos.KeyValue{}
	if runtime.GOOS == "windows" { // which installWith tells itself
		return options, nil
	}
	path, err := executable()
	if err != nil {
		return nil, err
	}
	for option, file := range map[string]string{
		"SystemdScript": "systemd/" + d.Name + ".service",
		"OpenRCScript":  "openrc/" + d.Name,
		"SysvScript":    "sysv/" + d.Name,
		"LaunchdConfig": "macos/" + d.Name + ".plist",
	} {
		text, err := packaging.Files.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("script of the service: %w", err)
		}
		options[option] = d.fill(string(text), path)
	}
	return options, nil
}

// fill puts the program's path and arguments into a script of the packages. All are
// plain words, see checkWords.
func (d Definition) fill(text, path string) string {
	linux, mac := "/usr/bin/"+d.Name, "/usr/local/bin/"+d.Name
	verb := strings.Join(append([]string{d.Verb}, d.Arguments...), " ")
	list := func(words string) string { // launchd.plist(5)
		return "<string>" + strings.ReplaceAll(words, " ", "</string>\n\t\t<string>") + "</string>"
	}
	return strings.NewReplacer(
		"="+linux+" "+d.Verb+"\n", "="+path+" "+verb+"\n", // systemd
		"="+linux+"\n", "="+path+"\n", // shell
		`command_args="`+d.Verb+`"`, `command_args="`+verb+`"`, // OpenRC
		`verb="`+d.Verb+`"`, `verb="`+verb+`"`, // System V
		"<string>"+mac+"</string>", "<string>"+path+"</string>", // launchd
		list(d.Verb), list(verb),
	).Replace(text)
}

// plain are the characters that mean themselves in units, shells and property lists.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-=:@+,"

// checkWords refuses a path or arguments that a script would read as something else.
func (d Definition) checkWords() error {
	if runtime.GOOS == "windows" {
		return nil // there is no script
	}
	path, err := executable()
	if err != nil {
		return err
	}
	for _, word := range append([]string{path}, d.Arguments...) {
		if word == "" || strings.Trim(word, plain) != "" {
			return cli.Hint(fmt.Errorf("the service would be started with %q, which has characters that mean something else there", word),
				"use paths of letters, digits, dots and dashes, such as /usr/local/bin/%s", d.Name)
		}
	}
	return nil
}

// executable returns the path of this program, links resolved: a link may lead
// elsewhere tomorrow.
func executable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("path of this program: %w", err)
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	return path, nil
}
