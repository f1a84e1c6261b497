// Package predecessor reads the settings of google/cloud-print-connector, the program
// that Platen's connector succeeds (gcp-cups-connector.config.json and
// gcp-windows-connector.config.json), and says what each of its keys becomes here, or
// why it has no meaning any more. It writes nothing.
package predecessor
