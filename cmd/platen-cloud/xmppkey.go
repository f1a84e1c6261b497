package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
)

// newXMPPKey prints what ejabberd checks connectors' tokens with.
func newXMPPKey(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "xmpp-key",
		Short: "Print the key by which ejabberd checks connectors' tokens",
		Long: "xmpp-key prints the public half of the key that connectors' access tokens are signed with where\n" +
			"push.server.jwt_lifetime is set, as a JWK. It is no secret. The first time it makes the key.",
		Example: "  platen-cloud xmpp-key > /etc/ejabberd/platen.jwk",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withCloud(c, func(_ context.Context, s *server.Server) error {
				jwk, err := s.PublicTokenKey()
				if err != nil {
					return cli.Hint(err, "run it as the user that runs the cloud, or as root")
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", jwk)
				return err
			})
		},
	}
}
