// Package api is the HTTP interface that connectors and programs call: the
// interfaces under /cloudprint/, spoken as Google Cloud Print spoke them, so that
// its clients work unchanged. Handlers read the arguments, call one method of
// cloud.Service and write the answer; they hold no rules and no state.
//
// Everything is lenient in what it reads (GET for POST, arguments in the query,
// in an urlencoded or in a multipart body, Python's idea of JSON) and exact in
// what it writes. docs/extensions.md lists what Platen adds.
package api
