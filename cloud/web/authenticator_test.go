package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The flags of authenticator data (Level 3, 6.1).
const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagMade     = 0x40 // it has a new key
)

// device is a browser with a security key, which does what it is told to, and nothing that
// it should.
type device struct {
	t       *testing.T
	origin  string // where the browser says that it is
	party   string // whose key it is
	flags   byte
	count   uint32
	key     *ecdsa.PrivateKey
	id      []byte // of the key
	account string // as the service called it, base64url
}

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{t: t, origin: passkeyOrigin, party: "cloud.invalid", flags: flagPresent | flagVerified, key: key, id: id}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// options are what the tests look at of those of the service.
type options struct {
	Challenge string
	RPID      string `json:"rpId"`
	RP        struct{ ID string }
	User      struct{ ID string }

	UserVerification       string
	AuthenticatorSelection struct{ ResidentKey, UserVerification string }
	ExcludeCredentials     []struct{ ID string }
}

// clientData is what the browser says of itself (Level 3, 5.8.1).
func (d *device) clientData(kind, challenge string) []byte {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// data is authenticator data (Level 3, 6.1).
func (d *device) data(flags byte) []byte {
	sum := sha256.Sum256([]byte(d.party))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), d.count)
}

// credential is what the browser's script would send.
func (d *device) credential(response map[string]any) string {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": struct{}{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

// make makes the key for an account, without attestation (Level 3, 6.5.4 and 8.7).
func (d *device) make(o options) string {
	d.t.Helper()
	d.account = o.User.ID
	public, err := d.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		d.t.Fatal(err)
	}
	data := append(d.data(d.flags|flagMade), make([]byte, 16)...) // the AAGUID of nothing known
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(data, d.id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32) // {1: EC2, 3: ES256, -1: P-256, -2: x, -3: y}, RFC 9053, 7.1
	data = append(append(append(data, public[1:33]...), 0x22, 0x58, 32), public[33:]...)
	object := []byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59")
	object = append(binary.BigEndian.AppendUint16(object, uint16(len(data))), data...)
	return d.credential(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(object),
		"transports": []string{"internal"},
	})
}

// sign signs a challenge.
func (d *device) sign(o options) string {
	d.t.Helper()
	client, data := d.clientData("webauthn.get", o.Challenge), d.data(d.flags)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, signed[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.credential(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": d.account,
	})
}

// challenge asks for a challenge, as our script does.
func (w *world) challenge(path, xsrf string) (o options, a answered) {
	w.t.Helper()
	body := strings.NewReader(url.Values{"xsrf": {xsrf}}.Encode())
	r, _ := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+path, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	text, a := w.do(r)
	var told struct{ PublicKey options }
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		w.t.Fatalf("%s answers %s: %s", path, a.Status, text)
	}
	return told.PublicKey, a
}

// signInBy signs in with a passkey.
func (w *world) signInBy(d *device) (string, answered) {
	w.t.Helper()
	o, _ := w.challenge("/signin/passkey/options", "")
	return w.post("/signin/passkey", url.Values{"credential": {d.sign(o)}, "next": {"/jobs"}})
}

// addDevice makes a passkey for the browser's person.
func (w *world) addDevice(name string) *device {
	w.t.Helper()
	d := newDevice(w.t)
	o, _ := w.challenge("/account/passkeys/options", w.xsrf())
	if page, a := w.fill("/account/passkeys", "name", name, "credential", d.make(o)); a.URL.Path != "/account" {
		w.t.Fatalf("adding a passkey ended at %v, %s: %s", a.URL, a.Status, page)
	}
	return d
}
