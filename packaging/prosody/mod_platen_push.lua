-- Brings a Platen cloud's notifications to its connectors, also to those of Google Cloud Print.
--
--   modules_enabled = { "platen_push" }
--   platen_push_service = "push.print.example.com"   -- the component that the cloud is
--
-- Such a connector never sends presence. It asks for notifications with google:push's subscribe,
-- which is answered here; the service is told of it as if the session had sent presence. What
-- the service sends to a connector's address without a resource goes to the sessions that
-- subscribed, and to no others.

local filters = require "util.filters";
local jid_bare = require "util.jid".bare;
local new_id = require "util.id".short;
local st = require "util.stanza";

local service = assert(module:get_option_string("platen_push_service"), "platen_push_service is missing");

module:add_feature("google:push");

local function announce(session, presence)
	module:send(st.presence({ from = session.full_jid, to = service, type = presence }));
end

-- Calls a function with each session of a user that subscribed.
local function each_subscribed(user, call)
	for _, session in pairs(user and user.sessions or {}) do
		if session.platen_push then call(session); end
	end
end

module:hook("iq-set/bare/google:push:subscribe", function (event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" then return; end
	if stanza.attr.to and stanza.attr.to ~= jid_bare(session.full_jid) then
		session.send(st.error_reply(stanza, "auth", "forbidden"));
		return true;
	end
	-- The old connectors want both addresses in the answer, and no stanza before it.
	local reply = st.reply(stanza);
	reply.attr.to, reply.attr.from = session.full_jid, jid_bare(session.full_jid);
	session.send(reply);
	session.platen_push = true;
	announce(session);
	return true;
end);

module:hook("resource-unbind", function (event)
	local session = event.session;
	if session.platen_push then announce(session, "unavailable"); end
end);

-- Some old clients look for "push:" as text, which Prosody would write in another way.
local function spelled(to, push)
	local recipient = push:get_child("recipient");
	return st.message({ type = "headline", from = service, to = to })
		:tag("push:push", { channel = push.attr.channel, ["xmlns:push"] = "google:push" })
			:tag("push:recipient", { to = recipient and recipient.attr.to }):up()
			:text_tag("push:data", push:get_child_text("data"));
end

-- Notifications come before mod_message, which sends headlines to available sessions only.
module:hook("message/bare", function (event)
	local stanza = event.stanza;
	local push = stanza.attr.from == service and stanza:get_child("push", "google:push");
	if not push then return; end
	local found;
	each_subscribed(prosody.bare_sessions[stanza.attr.to], function (session)
		found = true;
		session.send(spelled(session.full_jid, push));
	end);
	return found; -- else the session is one that sends presence
end, 20);

-- A cloud that comes back does not know who is there.
local function reannounce()
	for _, user in pairs(prosody.hosts[module.host].sessions) do
		each_subscribed(user, function (session) announce(session); end);
	end
end
local function watch(host)
	if host == service and prosody.hosts[service] then
		module:hook_object_event(prosody.hosts[service].events, "component-authenticated", reannounce);
	end
end
watch(service);
module:hook_global("host-activated", watch);

-- Who was silent for network_settings.read_timeout is asked whether anybody is there; after
-- as long a silence again the session ends, and the service is told. mod_smacks asks by itself.
module:hook("c2s-read-timeout", function (event)
	local session = event.session;
	if session.type ~= "c2s" or session.smacks then return; end
	if session.platen_asked then return false; end
	session.platen_asked = true;
	session.send(st.iq({ type = "get", id = new_id(), from = module.host, to = session.full_jid }):tag("ping", { xmlns = "urn:xmpp:ping" }));
	return true;
end, 1);

local function heard(stanza, session)
	session.platen_asked = nil;
	return stanza;
end
module:hook("resource-bind", function (event) filters.add_filter(event.session, "stanzas/in", heard); end);
