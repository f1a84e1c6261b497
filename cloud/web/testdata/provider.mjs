// An OpenID Connect provider for tests: node provider.mjs MODULES PEOPLE REDIRECT
//
// PEOPLE is a JSON file of accounts by their login, read anew at each question;
// REDIRECT is the address of the one client. It prints its own address.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, people, redirect] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(modules, 'oidc-provider/lib/index.js')));

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(address, {
    clients: [{
      client_id: 'platen', client_secret: 'a secret of the client', redirect_uris: [redirect],
      grant_types: ['authorization_code'], response_types: ['code'],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    pkce: { required: () => true },
    cookies: { keys: ['of no other process'] },
    findAccount: (_, login) => {
      const claims = JSON.parse(readFileSync(people, 'utf8'))[login];
      return claims && { accountId: login, claims: () => ({ sub: `subject-${login}`, ...claims }) };
    },
  });
  server.on('request', provider.callback());
  console.log(address);
});
