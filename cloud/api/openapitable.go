package api

// jobOperations are the interfaces about jobs.
func jobOperations() map[string]operation {
	extra := may("extra_fields", "Members to add to each job, comma separated: ticket, document, trace.")
	key := may("client_job_id", "Your own name for this submission, so that a repeated one is not printed twice; also the header Idempotency-Key.")
	ticket := may("ticket", "A print ticket (CJT), as JSON.")
	return map[string]operation{
		"submit": {"Prints a document.", aJob(), []param{
			need("printerid", aboutPrinter), need("content", "The document."), may("title", "Title of the job."),
			may("contentType", "Media type of the document, if its part does not say it."), may("contentTransferEncoding", "base64, if the content is."),
			ticket, may("tag", "A tag; may be repeated."), may("expire_after", "Seconds after which to give up, 60 to 7776000."), key,
		}},
		"jobs": {"Lists jobs that you sent, or that printers of yours got.", append(jobList(), has("range", ref("Range"))), []param{
			may("printerid", aboutPrinter), may("owner", "Address of who sent them."), may("q", "Part of the title or the tags."),
			may("status", "QUEUED, IN_PROGRESS, DONE, ERROR, HELD or several, comma separated."),
			may("sortorder", "CREATE_TIME, CREATE_TIME_DESC, STATUS, STATUS_DESC, TITLE or TITLE_DESC."),
			may("offset", "How many to pass over."), may("limit", "How many at most."), extra,
		}},
		"job": {"Shows a job; with wait, once it has changed.", aJob(), []param{
			need("jobid", aboutJob), may("wait", "Seconds to wait for a change, at most 30."),
			may("since", "The updateTime that you know, so that no change is missed."), extra,
		}},
		"trace":     {"Tells what happened to a job, hop by hop, in milliseconds.", []member{has("trace", ref("Trace"))}, []param{need("jobid", aboutJob)}},
		"deletejob": {"Cancels a job, and hides it once it has ended.", nil, []param{need("jobid", aboutJob)}},
		"resubmit": {"Prints a job's document at another printer as well.", aJob(), []param{
			need("jobid", aboutJob), need("printerid", aboutPrinter), ticket,
		}},
		"printagain": {"Prints a job that has ended again.", aJob(), []param{need("jobid", aboutJob), key}},
		"control": {"Asks for a job's state (people), or reports it (connectors).", aJob(), []param{
			need("jobid", aboutJob), may("status", "QUEUED, IN_PROGRESS, DONE, ERROR or HELD."), may("semantic_state_diff", "The state as JSON (CJS)."),
			may("message", "What to say of it."), may("pagesprinted", "Pages that are printed."), may("cancel", "acknowledged, by the connector."),
			may("claim", "What the connector holds the job by."), may("run", "The connector's run."),
			may("trace", "The connector's hops, as JSON."), may("unheard", "true, if the connector never had this restored job."),
		}},
		"fetch": {"Gives a connector the jobs that wait for its printer.", jobList(), []param{
			need("printerid", aboutPrinter), may("limit", "How many at most."), may("run", "The connector's run."),
			may("restored", "true for those that are held because the service was restored."), extra,
		}},
		"download": {"Gives a job's document.", nil, []param{
			need("id", aboutJob), may("claim", "What the connector holds the job by."), may("run", "The connector's run."),
			may("forcepwg", "1 for PWG raster."),
		}},
		"ticket": {"Gives a job's ticket.", nil, []param{
			need("jobid", aboutJob), may("use_cjt", "true for a CJT."),
		}},
	}
}

// printerOperations are the interfaces about printers.
func printerOperations() map[string]operation {
	extra := may("extra_fields", "Members to add to each printer, comma separated: connectionStatus, semanticState, uiState, queuedJobsCount.")
	fields := []param{
		may("display_name", "What people call it."), may("default_display_name", "What its connector calls it."), may("description", "What it is."),
		may("uuid", "What its connector knows it by."), may("manufacturer", "Who made it."), may("model", "Its model."), may("gcp_version", "2.0."),
		may("firmware", "Its firmware."), may("setup_url", "Where it is set up."), may("support_url", "Where help is."), may("update_url", "Where updates are."),
		may("status", "Its state in words."), may("capabilities", "Its capabilities (CDD), as JSON."), may("capsHash", "Digest of them."),
		may("defaults", "Its defaults, of the old form."), may("content_types", "Media types it takes, comma separated."),
		may("tag", "A tag to add; may be repeated."), may("remove_tag", "A pattern of tags to remove."),
		may("data", "Data to add."), may("remove_data", "A pattern of data to remove."),
		may("semantic_state", "Its state (CDS), as JSON."), may("semantic_state_diff", "Members of its state to change."),
		may("local_settings", "Settings of the connector, as JSON."), may("notification_channel", "XMPP_CHANNEL."),
		may("is_tos_accepted", "Whether its owner accepts the terms."), may("public", "Whether everybody may ask for it."),
		may("quota_enabled", "Whether it has a daily quota."), may("daily_quota", "Jobs a day."),
		may("daily_quota_per_person", "Jobs a day of each person; 0 for no limit."), may("expire_after", "Seconds that its jobs may wait."),
	}
	named := append([]param{need("name", "Name at its connector."), may("proxy", "Id of the connector.")}, fields...)
	return map[string]operation{
		"search": {"Lists the printers that you may print to.", printers(), []param{
			may("q", "Part of name or tags, or ^own, ^shared, ^recent."), may("type", "GOOGLE."), may("connection_status", "ONLINE, OFFLINE, DORMANT, UNKNOWN or ALL."),
			may("use_cdd", "true for capabilities as CDD."), extra,
		}},
		"printer":  {"Shows a printer with its capabilities.", printers(), []param{need("printerid", aboutPrinter), may("use_cdd", "true for capabilities as CDD."), extra}},
		"list":     {"Lists the printers of a connector.", append(printers(), sometimes("installation", ref("Installation"))), append([]param{need("proxy", "Id of the connector."), extra}, announcing()...)},
		"register": {"Adds a printer.", registered(), named},
		"update":   {"Changes a printer.", aPrinter(), append([]param{need("printerid", aboutPrinter), may("name", "Name at its connector.")}, fields...)},
		"delete":   {"Removes a printer, or one's own share of it.", printers(), []param{need("printerid", aboutPrinter)}},
		"confirm":  {"Makes a printer that registered by itself yours.", aPrinter(), []param{need("token", "The code that it shows.")}},
		translatePath: {"Turns capabilities of the old forms into a CDD.", []member{has("cdd", ofType("object"))}, []param{
			need("capabilities", "A PPD file, or XPS print capabilities."), may("defaults", "The defaults that go with it."), may("content_types", "Media types, comma separated."),
		}},
	}
}

// shareOperations are the interfaces about who may use what.
func shareOperations() map[string]operation {
	return map[string]operation{
		"share": {"Lets somebody use a printer.", nil, []param{
			need("printerid", aboutPrinter), may("scope", "An address, a group, or /hd/domain/ and a domain."), may("role", "USER, MANAGER or OWNER."),
			may("type", "USER, GROUP, DOMAIN or PUBLIC."), may("public", "true for everybody."), may("skip_notification", "true for no invitation."),
		}},
		"unshare": {"Takes that back.", nil, []param{need("printerid", aboutPrinter), may("scope", "As it was shared with."), may("public", "true for everybody.")}},
		"invites": {"Lists what was shared with you and waits for your answer.", []member{has("invites", listOf(ref("Invite")))}, []param{may("use_cdd", "true for capabilities as CDD.")}},
		"processinvite": {"Answers an invitation.", aPrinter(), []param{
			need("printerid", aboutPrinter), need("accept", "true or false."), may("use_cdd", "true for capabilities as CDD."),
		}},
	}
}

// announcing are the arguments by which a connector tells who it is.
func announcing() []param {
	return []param{
		may("instance", "Random, for each start of the connector."), may("run", "The connector's run."), may("was", "Instances before it, comma separated."),
		may("host", "Name of its machine."), may("version", "Its version."),
	}
}

// connectorOperations are the interfaces by which connectors get their accounts.
func connectorOperations() map[string]operation {
	return map[string]operation{
		"connectors": {"Lists your connectors.", []member{has("connectors", listOf(ref("Connector")))}, nil},
		"notifications": {"Answers a connector as soon as one of its printers has work.", []member{has("notifications", ref("Notifications"))}, []param{
			may("session", "Of the answer before; none begins one."), may("got", "Number of the last answer that came."),
			may("wait", "Seconds that the answer may take, at most 50."), may("return", "Seconds until the next call."),
			may("leave", "true when the connector stops."),
		}},
		fcmPath: {"Gives a connector a token for a stream of its notifications.", append(records(ofType("string"), "token"), has("fcmttl", decimal())), nil},
		"createrobot": {"Makes the account of a connector.", aRobot(), []param{
			need("oauth_client_id", "Who exchanges the code for tokens."), may("proxy", "Id of the connector."), may("robot_token", "The refresh token that it had."),
		}},
		"getauthcode": {"Gives a printer that was claimed the code for its tokens.", aRobot(), []param{
			need("printerid", aboutPrinter), need("oauth_client_id", "Who exchanges the code for tokens."), may("poll", "The secret of its polling address."),
		}},
	}
}
