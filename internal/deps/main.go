package main

import (
	_ "github.com/OpenPrinting/goipp"
	_ "github.com/alexedwards/argon2id"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/mdp/qrterminal/v3"
	_ "github.com/pelletier/go-toml/v2"
	_ "github.com/pressly/goose/v3"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/spf13/cobra"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/net/http/httpguts"
	_ "golang.org/x/oauth2"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
	_ "mellium.im/sasl"
	_ "mellium.im/xmlstream"
	_ "mellium.im/xmpp"
	_ "modernc.org/sqlite"
)

func main() {}
