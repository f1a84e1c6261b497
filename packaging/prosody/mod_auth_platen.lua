-- Lets the connectors of a Platen cloud in by the tokens that the cloud gave them.
--
--   authentication = "platen"
--   platen_auth_url = "https://print.example.com/xmpp/auth"
--   platen_auth_secret_file = "/etc/prosody/platen-auth.secret"
--
-- The cloud is asked for each login (package cloud/xmppauth); it says yes only if the token is
-- that user's. While it is asked other sessions go on. When it cannot be asked the login fails
-- for now, so that a connector does not take its token for a bad one.

local async = require "util.async";
local formencode = require "util.http".formencode;
local http = require "net.http";
local nodeprep = require "util.encodings".stringprep.nodeprep;

local url = assert(module:get_option_string("platen_auth_url"), "platen_auth_url is missing");
local timeout = module:get_option_number("platen_auth_timeout", 10);

local function read_secret(path)
	local file, err = io.open(path);
	local text = file and file:read("*a"):match("^%s*(.-)%s*$");
	if file then file:close(); end
	return assert(text ~= "" and text, err or path.." is empty");
end
local secret = read_secret(assert(module:get_option_string("platen_auth_secret_file"), "platen_auth_secret_file is missing"));

-- Says when the cloud ceases and begins to answer, once each.
local trouble;
local function note(what)
	if what == trouble then return; end
	trouble = what;
	if what then
		module:log("warn", "Logins cannot be checked at %s: %s", url, what);
	else
		module:log("info", "Logins are checked again at %s", url);
	end
end

-- Returns true, false, or nil if nobody knows. It waits without holding others up.
local function ask(user, token, ip)
	local wait, done = async.waiter();
	local status, what, answered;
	local function answer(code, text)
		if answered then return; end
		answered, status, what = true, code, text;
		done();
	end
	local timer = module:add_timer(timeout, function () answer(0, "no answer in time"); end);
	http.request(url, {
		headers = { ["Authorization"] = "Bearer "..secret; ["Content-Type"] = "application/x-www-form-urlencoded" };
		body = formencode({ user = user, token = token, host = module.host, ip = ip or "" });
	}, function (text, code) answer(code, code == 0 and text or "HTTP "..code); end);
	wait();
	timer:stop();
	if status == 204 or status == 403 then
		note(nil);
		return status == 204;
	end
	note(status ~= 429 and what or nil); -- too many wrong tokens are no trouble of the cloud's
	return nil;
end

-- How each mechanism writes user and token. The first two are Google's and look like PLAIN
-- (RFC 4616); OAUTHBEARER is RFC 7628. Some clients write their whole address as the user.
local function plain(message) return message:match("^[^%z]*%z([^%z@]+)[^%z]*%z([^%z]+)$"); end
local function bearer(message)
	local user, rest = message:match("^[ny],a=([^,@]+)[^,]*,(\1.*)$");
	return user, rest and rest:match("\1auth=[Bb]earer ([^\1]+)\1");
end
local read = { ["X-OAUTH2"] = plain, ["X-GOOGLE-TOKEN"] = plain, ["PLAIN"] = plain, ["OAUTHBEARER"] = bearer };

-- A SASL handler as mod_saslauth uses them. Prosody's own are shared by all hosts and know no
-- failure that passes.
local handler = {};
local handler_mt = { __index = handler };
local function new_handler(ip) return setmetatable({ ip = ip }, handler_mt); end

function handler:mechanisms()
	local names = {};
	for name in pairs(read) do names[name] = true; end
	return names;
end

function handler:select(mechanism)
	if self.selected or not read[mechanism] then return false; end
	self.selected = mechanism;
	return true;
end

function handler:clean_clone() return new_handler(self.ip); end

function handler:process(message)
	local user, token = read[self.selected](message or "");
	user = user and nodeprep(user);
	if not user or user == "" or not token then return "failure", "malformed-request"; end
	local yes = ask(user, token, self.ip);
	if yes then
		self.username = user;
		return "success";
	elseif yes == false then
		return "failure", "not-authorized", "The token is not good for this address.";
	end
	return "failure", "temporary-auth-failure", "The cloud does not answer.";
end

-- Accounts are the cloud's: nobody is listed, made or changed here. Who is a user only a token
-- shows, so that every name may be one.
local provider = {};
function provider.get_sasl_handler(session) return new_handler(session and session.ip); end
function provider.test_password(user, token) return ask(user, token) or nil, "not authorized"; end
function provider.user_exists() return true; end
function provider.users() return function () end; end
function provider.set_password() return nil, "the cloud keeps the accounts"; end
function provider.create_user() return nil, "the cloud keeps the accounts"; end
function provider.delete_user() return nil, "the cloud keeps the accounts"; end

module:provides("auth", provider);
