package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// NewDocs returns the hidden verb by which packages get manual pages and completions
// of shells. Both are made from the verbs themselves.
func NewDocs() *cobra.Command {
	return &cobra.Command{
		Use: "docs FOLDER", Short: "Write manual pages and completions of shells", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			root.DisableAutoGenTag = true
			for _, dir := range []string{"man", "completions"} {
				if err := os.MkdirAll(filepath.Join(args[0], dir), 0o755); err != nil { //nolint:gosec // they are for everybody
					return err
				}
			}
			header := &doc.GenManHeader{Section: "1", Source: root.Name(), Manual: root.Name()} // of SOURCE_DATE_EPOCH
			if err := doc.GenManTree(root, header, filepath.Join(args[0], "man")); err != nil {
				return fmt.Errorf("manual pages: %w", err)
			}
			file := func(name string) string { return filepath.Join(args[0], "completions", name) }
			if err := root.GenBashCompletionFileV2(file("bash"), true); err != nil {
				return fmt.Errorf("completions: %w", err)
			}
			if err := root.GenZshCompletionFile(file("zsh")); err != nil {
				return fmt.Errorf("completions: %w", err)
			}
			if err := root.GenFishCompletionFile(file("fish"), true); err != nil {
				return fmt.Errorf("completions: %w", err)
			}
			return nil
		},
	}
}
