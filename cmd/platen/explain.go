package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/OpenPrinting/goipp"
	"github.com/spf13/cobra"

	"platen/cups"
	"platen/gcp"
	"platen/internal/cli"
	"platen/printer"
)

// explanation is what a captured printer would become, as --json shows it.
type explanation struct {
	CDD           gcp.CDD     `json:"cdd"`
	State         gcp.CDS     `json:"state"`
	JobAttributes []attribute `json:"job_attributes"`
}

// attribute is one IPP attribute in words.
type attribute struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"` // the IPP syntax, such as keyword
	Values []string `json:"values"`
}

func newPrinterExplain() *cobra.Command {
	var from, ticket string
	c := &cobra.Command{
		Use:   "explain --from FILE.ipp",
		Short: "Show what a captured Get-Printer-Attributes response becomes",
		Long: "explain translates a captured answer of a printer without touching the printer: its capabilities (CDD),\n" +
			"its state (CDS), and the IPP job attributes that a ticket (CJT) turns into.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := readCapture(from)
			if err != nil {
				return err
			}
			var t gcp.CJT
			if ticket != "" {
				data, err := os.ReadFile(ticket)
				if err != nil {
					return err
				}
				if err := json.Unmarshal(data, &t); err != nil {
					return fmt.Errorf("ticket %s: %w", ticket, err)
				}
			}
			attrs, err := printer.JobAttributes(p, t)
			if err != nil {
				return err
			}
			return cli.JSON(c.OutOrStdout(), explanation{p.CDD, p.State, inWords(attrs)})
		},
	}
	c.Flags().StringVar(&from, "from", "", "`file` with the response's bytes (application/ipp)")
	c.Flags().StringVar(&ticket, "ticket", "", "`file` with a CJT")
	c.Flags().Bool("json", true, "print JSON (the only form)")
	_ = c.MarkFlagRequired("from") // the flag exists
	return c
}

func readCapture(path string) (printer.Printer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return printer.Printer{}, err
	}
	msg, err := cups.Decode(data)
	if err != nil {
		return printer.Printer{}, fmt.Errorf("%s is no IPP message: %w", path, err)
	}
	return printer.FromIPP(msg.Printer, printer.Origin{Source: printer.SourceDirect})
}

func inWords(attrs goipp.Attributes) []attribute {
	list := make([]attribute, 0, len(attrs))
	for _, a := range attrs {
		row := attribute{Name: a.Name}
		for _, v := range a.Values {
			row.Type = v.T.String()
			row.Values = append(row.Values, v.V.String())
		}
		list = append(list, row)
	}
	return list
}
