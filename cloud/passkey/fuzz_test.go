package passkey

import (
	"context"
	"testing"

	"platen/cloud"
)

// nobodys is a store of nobody's passkeys.
type nobodys struct{ Store }

func (nobodys) Passkey(context.Context, ID) (Passkey, error) { return Passkey{}, cloud.ErrNotFound }

func (nobodys) Passkeys(context.Context, cloud.UserID) ([]Passkey, error) { return nil, nil }

// FuzzAnswers gives anything as what a browser answers: it is refused, and is no trouble of
// our own.
func FuzzAnswers(f *testing.F) {
	f.Add(`{}`)
	f.Add(`{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AA","userHandle":"dQ"}}`)
	f.Add(`{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUAA"}}`)
	s, who := New(Config{Store: nobodys{}, BaseURL: "https://cloud.invalid"}), cloud.User{ID: "u", Email: "u@example.com"}
	f.Fuzz(func(t *testing.T, answer string) {
		asked, err := s.BeginSignIn()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FinishSignIn(t.Context(), asked.Key, answer); cloud.KindOf(err) != cloud.KindCredentials {
			t.Errorf("a sign-in: %v", err)
		}
		if asked, err = s.BeginAdd(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if err := s.FinishAdd(t.Context(), who, Made{asked.Key, "name", answer}); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("a new passkey: %v", err)
		}
	})
}
