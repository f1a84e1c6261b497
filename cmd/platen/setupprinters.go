package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/backoff"
	"platen/internal/cli"
	"platen/internal/config"
	"platen/printer"
	"platen/printer/discover"
)

// addition is a printer to be added by its address.
type addition struct {
	name printer.Name // "" makes one from the printer's answer
	uri  string
}

// parseAddition reads [NAME=]ADDRESS.
func parseAddition(text string) (addition, error) {
	name, uri, named := strings.Cut(text, "=")
	if !named || strings.Contains(name, ":") {
		name, uri = "", text
	}
	if u, err := url.Parse(uri); err != nil || u.Host == "" {
		return addition{}, fmt.Errorf("--add %q: write [NAME=]ADDRESS, such as desk=ipp://192.0.2.7/ipp/print", text)
	}
	return addition{printer.Name(name), uri}, nil
}

// choosePrinters settles which queues are shared, and which printers are added.
func (s *setup) choosePrinters(ctx context.Context) error {
	if len(s.queues) > 0 {
		s.todo.Set(config.Change{Key: "include", Value: s.queues})
	}
	if !s.asks {
		if s.search {
			for _, f := range s.onNetwork(ctx) {
				s.adds = append(s.adds, addition{uri: f.URIs[0]})
			}
		}
		return s.mayWrite(ctx)
	}
	if len(s.queues) == 0 {
		if err := s.chooseQueues(ctx); err != nil {
			return err
		}
	}
	if len(s.adds) == 0 {
		if err := s.chooseAddresses(ctx); err != nil {
			return err
		}
	}
	return s.mayWrite(ctx)
}

// chooseQueues asks which of the CUPS queues are shared.
func (s *setup) chooseQueues(ctx context.Context) error {
	all, err := daemon.Local(ctx, s.cfg)
	if err != nil {
		s.talk.Say("note: %v", err)
	}
	shares, err := s.cfg.Sharing()
	if err != nil {
		return err
	}
	queues := slices.DeleteFunc(all, func(p printer.Printer) bool { return p.Source != printer.SourceCUPS })
	if len(queues) == 0 {
		s.talk.Say("CUPS has no queues here.")
		return nil
	}
	var rows []string
	var now, plain []string // numbers of those that are shared, and of those that are without being named
	for i, q := range queues {
		row := string(q.Name)
		if q.Info != "" && q.Info != row {
			row += "  " + q.Info
		}
		if q.Kind != printer.KindPlain {
			row += "  (" + string(q.Kind) + ")"
		} else {
			plain = append(plain, fmt.Sprint(i+1))
		}
		if shares(q) {
			now = append(now, fmt.Sprint(i+1))
		}
		rows = append(rows, row)
	}
	s.talk.Say("Queues of CUPS:")
	chosen, err := s.talk.ChooseSome(ctx, "Share which", rows, cmp.Or(strings.Join(now, ","), "none"))
	if err != nil {
		return err
	}
	names, numbers := []string{}, []string{}
	for _, i := range chosen {
		names, numbers = append(names, string(queues[i].Name)), append(numbers, fmt.Sprint(i+1))
	}
	switch {
	case slices.Equal(numbers, now): // as it is
	case slices.Equal(numbers, plain) && len(s.cfg.Exclude) == 0:
		s.todo.Set(config.Change{Key: "include", Value: []string{}})
	case len(names) == 0:
		s.todo.Set(config.Change{Key: "exclude", Value: []string{"*"}})
	default:
		s.todo.Set(config.Change{Key: "include", Value: names})
		if len(s.cfg.Exclude) > 0 {
			s.todo.Set(config.Change{Key: "exclude", Value: []string{}})
		}
	}
	return nil
}

// chooseAddresses asks which printers of the network are added, and for addresses of
// others.
func (s *setup) chooseAddresses(ctx context.Context) error {
	if s.searchTime > 0 {
		s.talk.Say("Looking for printers on the network ...")
	}
	found := slices.DeleteFunc(s.onNetwork(ctx), func(f discover.Found) bool { return f.Queue })
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(found) > 0 {
		rows := make([]string, len(found))
		for i, f := range found {
			rows[i] = f.Name + "  " + f.URIs[0]
		}
		chosen, err := s.talk.ChooseSome(ctx, "Add which, without a queue of CUPS", rows, "none")
		if err != nil {
			return err
		}
		for _, i := range chosen {
			a := addition{uri: found[i].URIs[0]}
			if err := s.name(ctx, &a, found[i].Name); err != nil {
				return err
			}
		}
	}
	for {
		text, err := s.talk.Ask(ctx, "Address of another printer, such as ipp://192.0.2.7/ipp/print (or nothing)", "", func(text string) error {
			if text == "" {
				return nil
			}
			_, err := parseAddition(text)
			return err
		})
		if err != nil || text == "" {
			return err
		}
		a, err := parseAddition(text)
		if err != nil {
			return err
		}
		if err := s.name(ctx, &a, text); err != nil {
			return err
		}
	}
}

// name asks how a printer is called here, and keeps it.
func (s *setup) name(ctx context.Context, a *addition, what string) error {
	if a.name == "" {
		name, err := s.talk.Ask(ctx, "Name for "+cli.Printable(what)+" (or nothing, for what it calls itself)", "", nil)
		if err != nil {
			return err
		}
		a.name = printer.Name(name)
	}
	s.adds = append(s.adds, *a)
	return nil
}

// mayWrite asks before anything of a person's in the settings goes.
func (s *setup) mayWrite(ctx context.Context) error {
	replaced := s.todo.Replaced()
	if len(replaced) == 0 || s.force {
		return nil
	}
	if !s.asks {
		return cli.Hint(fmt.Errorf("the settings say otherwise: %s", strings.Join(replaced, "; ")), "--force replaces it")
	}
	s.talk.Say("The settings say otherwise:\n  %s", strings.Join(replaced, "\n  "))
	answer, err := s.talk.Confirm(ctx, "Replace that?", cli.AnswerNo)
	if err == nil && answer == cli.AnswerNo {
		err = cli.Hint(errors.New("the settings stay as they are"), "run it again, and choose what is shared now")
	}
	return err
}

// write changes the settings file.
func (s *setup) write(context.Context) error {
	if err := s.todo.Write(); err != nil {
		return err
	}
	s.done.Changed = s.todo.Changes()
	return nil
}

// serviceRuns is what is said of the service once it answers.
const serviceRuns = "running"

// startTime is how long the connector may take until it answers.
const startTime = time.Minute

// start has the service run with the new settings, and waits until it answers.
func (s *setup) start(ctx context.Context) error {
	d := control.Dial(s.cfg.SocketPath())
	if s.noService {
		s.done.Service = "not installed: start 'platen run'"
		if _, err := d.Status(ctx); err == nil {
			s.done.Service = "running; start it anew if the settings changed"
		}
		return nil
	}
	if err := s.service.Install(); err != nil {
		return err
	}
	do := s.service.Start
	if len(s.done.Changed) > 0 {
		do = s.service.Restart
	}
	if err := do(); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		if _, err := d.Status(wait); err == nil {
			s.done.Service = serviceRuns
			return nil
		}
		if err := backoff.Sleep(wait, 200*time.Millisecond); err != nil {
			return cli.Hint(errors.Join(errors.New("the connector does not answer"), ctx.Err()), "see 'platen service status', and the log")
		}
	}
}

// addPrinters adds what was chosen by address, by way of the connector if it runs.
func (s *setup) addPrinters(ctx context.Context) error {
	d := control.Dial(s.cfg.SocketPath())
	for _, a := range s.adds {
		address := control.Address{Name: a.name, URI: a.uri}
		p, err := d.AddPrinter(ctx, address)
		if errors.Is(err, control.ErrNotRunning) {
			err = s.o.withoutDaemon(s.c, func(ctx context.Context, d *daemon.Daemon) error {
				added, err := d.AddDirect(ctx, address)
				p = control.Printer{Name: added.Name, Was: added.Was}
				return err
			})
		}
		if err != nil {
			return cli.Hint(err, "%s; all before it stands, and 'platen printer add' adds it later", addHint(a.uri))
		}
		if p.Was == "" {
			s.done.Added = append(s.done.Added, p.Name)
		}
	}
	return nil
}

// test prints a test page, where somebody wants one.
func (s *setup) test(ctx context.Context) error {
	d := control.Dial(s.cfg.SocketPath())
	if s.asks && s.testPage == "" {
		list, err := d.Printers(ctx)
		if err != nil || len(list) == 0 {
			return nil //nolint:nilerr // no connector runs, and there is nothing to print on
		}
		rows := []string{"none"}
		for _, p := range list {
			rows = append(rows, string(p.Name))
		}
		s.talk.Say("Print a test page on")
		n, err := s.talk.Choose(ctx, "Which", rows, 0)
		if err != nil || n == 0 {
			return err
		}
		s.testPage = rows[n]
	}
	if s.testPage == "" {
		return nil
	}
	n, err := d.TestPage(ctx, printer.Name(s.testPage))
	s.done.TestPage = n
	return explain(err)
}
