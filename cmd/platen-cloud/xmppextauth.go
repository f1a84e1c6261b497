package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/cloud/xmppauth"
	"platen/internal/cli"
	"platen/internal/secret"
)

// newExtAuth is run by ejabberd, several at a time.
func newExtAuth(o *options) *cobra.Command {
	var address, secretFile string
	c := &cobra.Command{
		Use:   "xmpp-extauth --url URL --secret-file FILE",
		Short: "Check connectors' tokens for ejabberd",
		Long: "xmpp-extauth is started by ejabberd (auth_method: external) and answers its questions on standard\n" +
			"input by asking the cloud whose tokens connectors log in with. The file holds what the cloud's setting\n" +
			"push.server.auth_secret_file holds. It ends when its input does.",
		Example: "  extauth_program: /usr/bin/platen-cloud xmpp-extauth --url https://print.example.com --secret-file /etc/ejabberd/platen-auth.secret",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := os.ReadFile(secretFile)
			if err != nil {
				return cli.Hint(fmt.Errorf("secret: %w", err), "make it readable for ejabberd's user alone")
			}
			asker := &xmppauth.ExtAuth{
				URL: address, Secret: secret.New(strings.TrimSpace(string(text))),
				Client: &http.Client{Timeout: 5 * time.Second}, Logger: o.logger(c),
			}
			return answerUntil(c.Context(), asker, c)
		},
	}
	f := c.Flags()
	f.StringVar(&address, "url", "", "`address` of the cloud")
	f.StringVar(&secretFile, "secret-file", "", "`file` with the secret that the cloud knows this server by")
	for _, name := range []string{"url", "secret-file"} {
		_ = c.MarkFlagRequired(name) // the flag exists
	}
	return c
}

// answerUntil answers until the input or ctx ends. What waits for input then ends with
// the process: nothing wakes it.
func answerUntil(ctx context.Context, asker *xmppauth.ExtAuth, c *cobra.Command) error {
	done := make(chan error, 1)
	go func() { done <- asker.Serve(ctx, c.InOrStdin(), c.OutOrStdout()) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return nil
	}
}
