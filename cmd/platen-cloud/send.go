package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
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
	wait, asJSON                                      bool
}

// sentJob is a sent job as --json shows it.
type sentJob struct {
	Job     gcp.JobID        `json:"job"`
	Printer gcp.PrinterID    `json:"printer"`
	State   gcp.JobStateType `json:"state"`
	Cause   string           `json:"cause,omitempty"`
	Message string           `json:"message,omitempty"`
}

func newSend() *cobra.Command {
	s := &sender{}
	c := &cobra.Command{
		Use:   "send FILE --printer P",
		Short: "Send a document to a printer of a cloud",
		Long: "send submits a file through the public interface. The cloud's address comes from --url or\n" +
			"PLATEN_CLOUD_URL, the API key from --key-file or PLATEN_CLOUD_KEY. P is a printer's id or its name.\n" +
			"With --wait it ends when the job has ended, and fails unless the job is DONE.",
		Example: "  platen-cloud send report.pdf --printer front-desk --wait",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return s.run(c, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&s.url, "url", os.Getenv("PLATEN_CLOUD_URL"), "`address` of the cloud")
	f.StringVar(&s.keyFile, "key-file", "", "`file` that holds an API key")
	f.StringVar(&s.printer, "printer", "", "printer's id or `name`")
	f.StringVar(&s.title, "title", "", "job's title (default: the file's name)")
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
	id, err := s.find(ctx, cl)
	if err != nil {
		return err
	}
	job, err := s.submit(ctx, cl, id, path)
	if err != nil {
		return cli.Hint(err, "if the connection broke, look at the jobs before you send it again")
	}
	if s.wait {
		if job, err = await(ctx, cl, job.ID); err != nil {
			return err
		}
	}
	return s.tell(c, job)
}

func (s *sender) dial() (*client.Client, error) {
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
	for _, p := range printers {
		if string(p.ID) == s.printer {
			return p.ID, nil
		}
		if p.Name == s.printer || p.DisplayName == s.printer {
			found = append(found, p.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("no printer %q", s.printer)
	}
	return "", fmt.Errorf("%d printers are called %q: use the id", len(found), s.printer)
}

func (s *sender) submit(ctx context.Context, cl *client.Client, id gcp.PrinterID, path string) (gcp.Job, error) {
	sub := client.Submission{Printer: id, Title: s.title, ContentType: s.contentType}
	if sub.Title == "" {
		sub.Title = filepath.Base(path)
	}
	if sub.ContentType == "" {
		sub.ContentType = mime.TypeByExtension(filepath.Ext(path))
	}
	if s.ticket != "" {
		data, err := os.ReadFile(s.ticket)
		if err != nil {
			return gcp.Job{}, err
		}
		sub.Ticket = new(gcp.CJT)
		if err := json.Unmarshal(data, sub.Ticket); err != nil {
			return gcp.Job{}, fmt.Errorf("ticket %s: %w", s.ticket, err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return gcp.Job{}, err
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return gcp.Job{}, err
	}
	sub.Document, sub.Size = f, info.Size()
	return cl.Submit(ctx, sub)
}

// await asks for a job until it has ended, less often the longer it takes.
func await(ctx context.Context, cl *client.Client, id gcp.JobID) (gcp.Job, error) {
	wait := backoff.Backoff{Min: 100 * time.Millisecond, Max: 5 * time.Second}
	for {
		job, err := cl.Job(ctx, id)
		if err != nil || job.SemanticState.State.Type.Ended() {
			return job, err
		}
		if err := wait.Wait(ctx); err != nil {
			return job, fmt.Errorf("stopped waiting for job %s, which goes on: %w", id, err)
		}
	}
}

func (s *sender) tell(c *cobra.Command, j gcp.Job) error {
	state := j.SemanticState.State
	var err error
	if s.asJSON {
		err = cli.JSON(c.OutOrStdout(), sentJob{j.ID, j.PrinterID, state.Type, state.Cause(), j.Message})
	} else {
		_, err = fmt.Fprintf(c.OutOrStdout(), "job %s: %s %s %s\n", j.ID, state.Type, state.Cause(), j.Message)
	}
	if err == nil && s.wait && state.Type != gcp.JobDone {
		return fmt.Errorf("job %s ended %s", j.ID, state.Type)
	}
	return err
}
