package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/backoff"
	"platen/internal/cli"
	"platen/internal/secret"
)

// sender are the flags of send.
type sender struct {
	url, keyFile, printer, title, ticket, contentType string
	jobID                                             string
	expire                                            time.Duration
	wait, asJSON                                      bool
}

// sentJob is a sent job as --json shows it.
type sentJob struct {
	Job     gcp.JobID        `json:"job"`
	Printer gcp.PrinterID    `json:"printer"`
	State   gcp.JobStateType `json:"state"`
	Cause   string           `json:"cause,omitempty"`
	Message string           `json:"message,omitempty"`
	Notes   []string         `json:"notes,omitempty"` // what of the ticket is ignored
}

func newSend() *cobra.Command {
	s := &sender{}
	c := &cobra.Command{
		Use:   "send FILE --printer P",
		Short: "Send a document to a printer of a cloud",
		Long: "send submits a file through the public interface. The cloud's address comes from --url or\n" +
			"PLATEN_CLOUD_URL, the API key from --key-file or PLATEN_CLOUD_KEY. P is a printer's id, or its name in\n" +
			"any case. With --wait it says what happens to the job until it has ended, and fails unless it is DONE.\n\n" +
			"send repeats itself when the cloud does not answer; that never makes a second job. To have the same of two\n" +
			"commands, name the job with --client-job-id: the same name, file, printer and title give the first job again.",
		Example: "  platen-cloud send report.pdf --printer front-desk --wait\n" +
			"  platen-cloud send invoice.pdf --printer front-desk --client-job-id invoice-4711 --expire-after 8h",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.run(c, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&s.url, "url", os.Getenv("PLATEN_CLOUD_URL"), "`address` of the cloud")
	f.StringVar(&s.keyFile, "key-file", "", "`file` that holds an API key")
	f.StringVar(&s.printer, "printer", "", "printer's id or `name`")
	f.StringVar(&s.title, "title", "", "job's title (default: the file's name)")
	f.StringVar(&s.jobID, "client-job-id", "", "your own `name` for the job, under which it is made once (default: a random one)")
	f.DurationVar(&s.expire, "expire-after", 0, "how `long` the job may wait for its printer, such as 8h (default: the printer's choice)")
	f.StringVar(&s.ticket, "ticket", "", "`file` with a ticket (CJT)")
	f.StringVar(&s.contentType, "type", "", "MIME `type` (default: from the file's name)")
	f.BoolVar(&s.wait, "wait", false, "wait until the job has ended")
	f.BoolVar(&s.asJSON, "json", false, "print JSON")
	_ = c.MarkFlagRequired("printer") // the flag exists
	return c
}

func (s *sender) run(c *cobra.Command, path string) error {
	ctx := c.Context()
	cl, err := s.dial()
	if err != nil {
		return err
	}
	defer cl.Close()
	f, size, err := openDocument(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only
	id, err := s.find(ctx, cl)
	if _, cut := errors.AsType[*client.TransportError](err); cut {
		return cli.Hint(err, "nothing was sent; is %s the cloud's address, and the cloud up?", s.url)
	}
	if err != nil {
		return refusedKey(err)
	}
	sub, err := s.submission(id, path)
	if err != nil {
		return err
	}
	sub.Document, sub.Size = f, size
	job, err := cl.Submit(ctx, sub)
	if _, cut := errors.AsType[*client.TransportError](err); cut {
		return cli.Hint(err, "the cloud may have it all the same; this never makes a second job: repeat the command with --client-job-id %s", sub.Key)
	}
	if err != nil {
		return refusedKey(err)
	}
	if s.wait {
		told := func(j gcp.Job) { fmt.Fprintln(c.ErrOrStderr(), line(j)) }
		if job, err = await(ctx, cl, job, told); err != nil {
			return err
		}
	}
	return s.tell(c, job)
}

// openDocument opens the file to send.
func openDocument(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder: give a document", path)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// refusedKey says what to do about a key that the cloud does not take.
func refusedKey(err error) error {
	if e, ok := errors.AsType[*gcp.Error](err); ok && (e.HTTPStatus == http.StatusForbidden || e.Code == gcp.CodeUnauthorized) {
		return cli.Hint(err, "a key of scope print is needed: 'platen-cloud key create --user ADDRESS' makes one")
	}
	return err
}

func (s *sender) dial() (*client.Client, error) {
	if s.expire < 0 || s.expire%time.Second != 0 {
		return nil, cli.Usage(errors.New("--expire-after: want whole seconds, such as 90s or 8h"))
	}
	if s.url == "" {
		return nil, cli.Usage(errors.New("no cloud given: use --url or PLATEN_CLOUD_URL"))
	}
	key := os.Getenv("PLATEN_CLOUD_KEY")
	if s.keyFile != "" {
		data, err := os.ReadFile(s.keyFile)
		if err != nil {
			return nil, cli.Usage(err)
		}
		key = strings.TrimSpace(string(data))
	}
	if key == "" {
		return nil, cli.Hint(cli.Usage(errors.New("no API key given: use --key-file or PLATEN_CLOUD_KEY")),
			"'platen-cloud key create --user ADDRESS' makes one")
	}
	return client.New(client.Config{
		BaseURL: strings.TrimRight(s.url, "/") + "/cloudprint", ClientID: "platen-cloud-send", AccessToken: secret.New(key),
	})
}

// find turns a name into an id; an id is taken as it is.
func (s *sender) find(ctx context.Context, cl *client.Client) (gcp.PrinterID, error) {
	printers, err := cl.Search(ctx, client.SearchQuery{Connection: gcp.ConnectionAll})
	if err != nil {
		return "", err
	}
	var found []gcp.PrinterID
	var names []string
	for _, p := range printers {
		if string(p.ID) == s.printer {
			return p.ID, nil
		}
		if strings.EqualFold(p.Name, s.printer) || strings.EqualFold(p.DisplayName, s.printer) {
			found = append(found, p.ID)
		}
		names = append(names, fmt.Sprintf("%q", cmp.Or(p.DisplayName, p.Name)))
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("%d printers are called %q: use the id", len(found), s.printer)
	case len(names) == 0:
		return "", fmt.Errorf("no printer %q: this account sees none yet", s.printer)
	case len(names) > maxNames:
		names = append(names[:maxNames], fmt.Sprintf("and %d more", len(names)-maxNames))
	}
	return "", fmt.Errorf("no printer %q: there are %s", s.printer, strings.Join(names, ", "))
}

// maxNames bounds the printers that an error lists.
const maxNames = 20

// submission is the document's job, without the document.
func (s *sender) submission(id gcp.PrinterID, path string) (client.Submission, error) {
	sub := client.Submission{
		Printer: id, Title: s.title, ContentType: s.contentType, Key: cmp.Or(s.jobID, rand.Text()), ExpireAfter: s.expire,
	}
	if sub.Title == "" {
		sub.Title = filepath.Base(path)
	}
	if sub.ContentType == "" {
		sub.ContentType = mime.TypeByExtension(filepath.Ext(path))
	}
	if s.ticket != "" {
		data, err := os.ReadFile(s.ticket)
		if err != nil {
			return sub, err
		}
		sub.Ticket = new(gcp.CJT)
		if err := json.Unmarshal(data, sub.Ticket); err != nil {
			return sub, cli.Hint(fmt.Errorf("the ticket in %s is none: %w", s.ticket, err), `write one like {"version":"1.0","print":{"copies":{"copies":2}}}`)
		}
	}
	return sub, nil
}

// await asks for a job until it has ended, less often the longer it takes, and
// tells each change.
func await(ctx context.Context, cl *client.Client, job gcp.Job, tell func(gcp.Job)) (gcp.Job, error) {
	wait := backoff.Backoff{Min: 100 * time.Millisecond, Max: 5 * time.Second}
	for told := ""; !job.SemanticState.State.Type.Ended(); {
		if now := line(job); now != told {
			told = now
			tell(job)
			wait.Reset()
		}
		if err := wait.Wait(ctx); err != nil {
			return job, fmt.Errorf("stopped waiting for job %s, which goes on: %w", job.ID, err)
		}
		now, err := cl.Job(ctx, job.ID)
		if err != nil {
			return job, err
		}
		job = now
	}
	return job, nil
}

// line is a job in one line.
func line(j gcp.Job) string {
	state := j.SemanticState.State
	return strings.Join(strings.Fields(fmt.Sprintf("job %s: %s %s %s", j.ID, state.Type, state.Cause(), j.Message)), " ")
}

func (s *sender) tell(c *cobra.Command, j gcp.Job) error {
	state := j.SemanticState.State
	var err error
	if s.asJSON {
		err = cli.JSON(c.OutOrStdout(), sentJob{j.ID, j.PrinterID, state.Type, state.Cause(), j.Message, j.Notes})
	} else {
		for _, note := range j.Notes {
			fmt.Fprintln(c.ErrOrStderr(), note)
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), line(j))
	}
	if err == nil && s.wait && state.Type != gcp.JobDone {
		return fmt.Errorf("job %s ended %s", j.ID, state.Type)
	}
	return err
}
