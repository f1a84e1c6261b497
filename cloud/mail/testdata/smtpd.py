"""A mail server for tests: SMTP with STARTTLS and a password, on one port, and TLS from the
first byte on another. It prints each message as one line of JSON. Who is called "nobody" is
refused for good, who is called "later" for now."""
import asyncio, json, ssl, sys
from email import message_from_bytes
from email.policy import default
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import AuthResult

port, tls_port, certificate, key = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        m = message_from_bytes(envelope.content, policy=default)
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "headers": dict(m.items()), "text": m.get_content(),
            "encrypted": server.transport.get_extra_info("cipher") is not None, "user": session.auth_data.login.decode() if session.authenticated else "",
        }), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"platen", b"s3cret"), auth_data=data, handled=False)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
loop = asyncio.new_event_loop()
UnthreadedController(Handler(), "127.0.0.1", port, loop=loop, tls_context=context, require_starttls=True,
                     auth_required=True, authenticator=authenticate).begin()
UnthreadedController(Handler(), "127.0.0.1", tls_port, loop=loop, ssl_context=context, auth_required=True,
                     auth_require_tls=False, authenticator=authenticate).begin()
loop.run_forever()
