package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// param is one argument of an interface, in the query or in the body.
type param struct {
	name     string
	about    string
	required bool
}

// operation describes one interface for programs that read descriptions. A test
// checks that handler.table has the same ones, and that the arguments are read.
type operation struct {
	about  string
	answer []member // what is answered besides the envelope
	params []param
}

// need and may describe arguments.
func need(name, about string) param { return param{name, about, true} }
func may(name, about string) param  { return param{name: name, about: about} }

const (
	aboutPrinter = "Id of the printer."
	aboutJob     = "Id of the job."
)

// operations describes all interfaces.
func operations() map[string]operation {
	all := jobOperations()
	for _, part := range []map[string]operation{printerOperations(), shareOperations(), connectorOperations()} {
		maps.Copy(all, part)
	}
	return all
}

// DescriptionPath is where the description of the interfaces is.
const DescriptionPath = "/openapi.json"

// Description serves the OpenAPI 3.1 document of the interfaces under Prefix.
// baseURL is the public address, without a slash at the end.
func Description(baseURL string) http.Handler {
	text, err := json.MarshalIndent(openAPI(baseURL), "", " ")
	if err != nil {
		panic(err) // it is made of maps and texts
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(text) // whoever asked is gone
	})
}

// object is a JSON object.
type object = map[string]any

func openAPI(baseURL string) object {
	paths := object{}
	routes := (&handler{}).table()
	for name, op := range operations() {
		item := object{"post": op.describe(name, routes[name], http.MethodPost)}
		if allowed(name, http.MethodGet) {
			item["get"] = op.describe(name, routes[name], http.MethodGet)
		}
		paths[Prefix+name] = item
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Platen", "version": "2",
			"description": "The interfaces of Google Cloud Print, version 2, as this service speaks them. GET and POST do the same. " +
				"A refusal is HTTP 200 with success false, a message and an errorCode; 403 means bad credentials, 429 and 503 that it may work after Retry-After.",
		},
		"servers":  []object{{"url": baseURL}},
		"security": []object{{"key": []string{}}},
		"paths":    paths,
		"components": object{
			"securitySchemes": object{"key": object{
				"type": "http", "scheme": "bearer", "description": "An API key, or an OAuth access token.",
			}},
			"schemas": schemas(),
		},
	}
}

// describe is the operation as OpenAPI has it.
func (op operation) describe(name string, rt route, method string) object {
	responses := object{
		"200": object{"description": "Done, or refused: see success.", "content": op.content(name)},
		"403": object{"description": "The credentials are wrong, or have expired."},
		"429": object{"description": "Too often: try again after Retry-After seconds."},
		"503": object{"description": "The service is in trouble: try again after Retry-After seconds."},
	}
	if name == "download" {
		responses["4XX"] = object{"description": "Refused, in words."}
	}
	out := object{
		"operationId": strings.ToLower(method) + "_" + strings.NewReplacer("/", "_").Replace(name),
		"summary":     op.about,
		"responses":   responses,
	}
	if rt.admit == anybody {
		out["security"] = []object{{}}
	}
	if method == http.MethodGet {
		out["parameters"] = op.query()
		return out
	}
	out["requestBody"] = object{"content": object{bodyType(name): object{"schema": op.form()}}}
	return out
}

func bodyType(name string) string {
	if name == "submit" {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// query lists the arguments in an address.
func (op operation) query() []object {
	list := make([]object, 0, len(op.params))
	for _, p := range op.params {
		list = append(list, object{
			"name": p.name, "in": "query", "required": p.required, "description": p.about, "schema": object{"type": "string"},
		})
	}
	return list
}

// form is the schema of the arguments in a body.
func (op operation) form() object {
	fields, required := object{}, []string{}
	for _, p := range op.params {
		field := object{"type": "string", "description": p.about}
		if p.name == "content" {
			field = object{"type": "string", "format": "binary", "description": p.about}
		}
		fields[p.name] = field
		if p.required {
			required = append(required, p.name)
		}
	}
	schema := object{"type": "object", "properties": fields}
	if len(required) > 0 {
		schema["required"] = slices.Sorted(slices.Values(required))
	}
	return schema
}

// content is the form of the answer. It is JSON, and called text for the sake of old
// programs.
func (op operation) content(name string) object {
	done := record(append(append(envelopeMembers(), has("success", exactly(true))), op.answer...)...)
	switch name {
	case "download":
		return object{"*/*": object{"schema": object{"type": "string", "format": "binary"}}}
	case "ticket":
		done = object{"type": "object", "description": "A CJT, or the older form of a printer whose capabilities are a PPD."}
	}
	content := object{answerType: object{"schema": object{"anyOf": []object{done, ref("Refusal")}}}}
	if name == "ticket" {
		content["text/xml"] = object{"schema": object{"type": "string", "description": "A PrintTicket, of a printer whose capabilities are XPS."}}
	}
	return content
}

// answerType is the media type of the answers.
const answerType = "text/plain"
