package api

import "platen/gcp"

// member is one member of a JSON object that is answered.
type member struct {
	name   string
	schema object
	always bool
}

// has and sometimes describe members.
func has(name string, schema object) member       { return member{name, schema, true} }
func sometimes(name string, schema object) member { return member{name: name, schema: schema} }

// record is the schema of an object with these members.
func record(members ...member) object {
	properties, required := object{}, []string{}
	for _, m := range members {
		properties[m.name] = m.schema
		if m.always {
			required = append(required, m.name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// records is record with members of one type that are always there.
func records(schema object, names ...string) []member {
	list := make([]member, len(names))
	for i, name := range names {
		list[i] = has(name, schema)
	}
	return list
}

func ofType(name string) object          { return object{"type": name} }
func oneOf[T ~string](words ...T) object { return object{"type": "string", "enum": words} }
func listOf(item object) object          { return object{"type": "array", "items": item} }
func ref(name string) object             { return object{"$ref": "#/components/schemas/" + name} }
func exactly(value bool) object          { return object{"type": "boolean", "const": value} }

// decimal is a whole number that is written as a string, as 64 bits are in the protocol.
func decimal() object { return object{"type": "string", "pattern": "^-?[0-9]+$"} }

// millis is a time: milliseconds since 1970; "0" for never.
func millis() object {
	d := decimal()
	d["description"] = "Milliseconds since 1970; 0 for never."
	return d
}

// envelopeMembers begin every answer.
func envelopeMembers() []member {
	return []member{
		has("request", ref("Request")), sometimes("message", ofType("string")),
		sometimes("xsrf_token", object{"type": "string", "description": "For whoever is signed in by cookie: what the next change must bring as xsrf."}),
	}
}

// What interfaces answer besides the envelope.
func aJob() []member     { return []member{has("job", ref("Job"))} }
func jobList() []member  { return []member{has("jobs", listOf(ref("Job")))} }
func printers() []member { return []member{has("printers", listOf(ref("Printer")))} }
func aPrinter() []member { return append(printers(), has("printer", ref("Printer"))) }

// aRobot is how a connector gets its tokens.
func aRobot() []member {
	return append(records(ofType("string"), "authorization_code", "xmpp_jid", "user_email"),
		sometimes("confirmation_page_url", ofType("string")), sometimes("push", ref("Push")))
}

// registered is what a printer of nobody gets as well.
func registered() []member {
	list := printers()
	for _, name := range []string{"registration_token", "invite_url", "complete_invite_url", "invite_page_url", "automated_invite_url", "polling_url", "oauth_scope"} {
		list = append(list, sometimes(name, ofType("string")))
	}
	return append(list, sometimes("token_duration", decimal()))
}

// schemas are what answers are made of.
func schemas() object {
	text, number, free := ofType("string"), ofType("integer"), ofType("object")
	return object{
		"Refusal": record(append(envelopeMembers(), has("success", exactly(false)), has("message", text), has("errorCode", number))...),
		"Request": record(has("time", decimal()), has("params", free), sometimes("user", text), sometimes("users", listOf(text))),
		"Job":     jobSchema(), "JobState": jobStateSchema(), "Printer": printerSchema(), "Access": accessSchema(),
		"Range": record(has("jobsTotal", decimal()), has("jobsCount", number)),
		"Trace": record(has("job", text), has("printer", text), has("state", free), has("steps", listOf(ref("Step"))),
			sometimes("message", text), sometimes("notes", listOf(text)), sometimes("start", text)),
		"Step": record(has("hop", ofType("integer")), has("name", text), has("by", text),
			sometimes("after_ms", ofType("number")), sometimes("took_ms", ofType("number"))),
		"Invite": record(has("sender", ref("Party")), has("receiver", ref("Party")), sometimes("printer", ref("Printer"))),
		"Party":  record(sometimes("type", text), sometimes("name", text), sometimes("email", text), sometimes("scope", text)),
		"Connector": record(append(records(text, "robot", "proxy", "host"),
			has("online", ofType("boolean")), has("seen", millis()), has("printers", number), has("installations", listOf(ref("Twin"))))...),
		"Notifications": record(has("session", text), has("number", number), has("hints", listOf(text)), sometimes("fresh", ofType("boolean"))),
		"Twin": record(append(records(text, "host", "address", "version", "standing"),
			has("since", millis()), has("seen", millis()), sometimes("self", ofType("boolean")))...),
		"Installation": record(has("standing", text), has("epoch", text), sometimes("twins", listOf(ref("Twin"))), sometimes("restored", ofType("boolean"))),
		"Push": record(has("host", text), has("domain", text), has("service", text),
			sometimes("direct_port", number), sometimes("starttls_port", number), sometimes("ca", text)),
	}
}

func jobSchema() object {
	text := ofType("string")
	return record(append(records(text, "id", "printerid", "title", "contentType", "fileUrl", "ticketUrl", "ownerId", "errorCode", "message"),
		has("status", oneOf(gcp.StatusQueued, gcp.StatusHeld, gcp.StatusInProgress, gcp.StatusDone, gcp.StatusError)),
		has("createTime", millis()), has("updateTime", millis()), has("tags", listOf(text)), has("numberOfPages", ofType("integer")),
		has("semanticState", ref("JobState")),
		sometimes("printerName", text), sometimes("printerType", text), sometimes("rasterUrl", text),
		sometimes("uiState", record(has("summary", text), sometimes("progress", text), sometimes("cause", text))),
		sometimes("ticket", ofType("object")), sometimes("contentLength", decimal()), sometimes("contentDigest", text), sometimes("trace", ofType("object")),
		sometimes("cancelRequested", ofType("boolean")), sometimes("expireTime", millis()), sometimes("expiresIn", decimal()),
		sometimes("restored", ofType("boolean")), sometimes("againOf", text), sometimes("notes", listOf(text)))...)
}

func jobStateSchema() object {
	return record(has("version", ofType("string")), has("pages_printed", ofType("integer")), has("delivery_attempts", ofType("integer")),
		has("state", record(has("type", oneOf(gcp.JobQueued, gcp.JobHeld, gcp.JobInProgress, gcp.JobStopped, gcp.JobDone, gcp.JobAborted)),
			sometimes("user_action_cause", ofType("object")), sometimes("device_state_cause", ofType("object")),
			sometimes("device_action_cause", ofType("object")), sometimes("service_action_cause", ofType("object")))))
}

func printerSchema() object {
	text, number, truth := ofType("string"), ofType("integer"), ofType("boolean")
	list := records(text, "id", "name", "displayName", "defaultDisplayName", "description", "type", "proxy", "status", "ownerId", "ownerName",
		"capsHash", "capsFormat", "uuid", "manufacturer", "model", "gcpVersion", "firmware", "setupUrl", "supportUrl", "updateUrl",
		"supportedContentTypes", "notificationChannel", "certificationId")
	list = append(list, records(millis(), "createTime", "accessTime", "updateTime")...)
	list = append(list, records(truth, "isTosAccepted", "public", "quotaEnabled")...)
	list = append(list, records(number, "dailyQuota", "currentQuota")...)
	return record(append(list, has("resolvedIssues", listOf(text)),
		sometimes("dailyQuotaPerPerson", number), sometimes("expireAfter", number), sometimes("queuedJobsCount", number),
		sometimes("tags", listOf(text)), sometimes("access", listOf(ref("Access"))),
		sometimes("connectionStatus", oneOf(gcp.ConnectionOnline, gcp.ConnectionUnknown, gcp.ConnectionOffline, gcp.ConnectionDormant)),
		sometimes("local_settings", ofType("object")), sometimes("semanticState", ofType("object")), sometimes("uiState", ofType("object")),
		sometimes("capabilities", object{"description": "A CDD, or what an old connector sent."}))...)
}

func accessSchema() object {
	text := ofType("string")
	return record(has("role", oneOf(gcp.RoleUser, gcp.RoleManager, gcp.RoleOwner)), has("scope", text), has("type", text), has("is_pending", ofType("boolean")),
		sometimes("email", text), sometimes("name", text), sometimes("membership", text), sometimes("key", text))
}
