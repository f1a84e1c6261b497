package cloud_test

import (
	"strings"
	"testing"

	"platen/cloud"
)

const issuer = "https://id.example.com"

// who is somebody whom the provider has authenticated.
func who(subject, email string, groups ...string) cloud.Identity {
	return cloud.Identity{Issuer: issuer, Subject: subject, Email: email, Verified: true, Name: "Name of " + subject, Groups: groups}
}

func TestSignInWithProvider(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{Domains: []string{"example.com"}, Create: true})
	ctx := t.Context()
	unverified := who("s1", "bob@example.com")
	unverified.Verified = false
	for name, id := range map[string]cloud.Identity{
		"unverified address": unverified, "another domain": who("s1", "eve@example.net"),
		"a domain that ends alike": who("s1", "eve@evil-example.com"), "no address": who("s1", ""), "no subject": who("", "bob@example.com"),
	} {
		_, err := s.SignInIdentity(ctx, id)
		refusedAs(t, name, err, cloud.KindForbidden)
	}
	u, err := s.SignInIdentity(ctx, who("s1", "Bob@example.com"))
	must(t, err)
	if u.ID != s.bob.User.ID || u.Name != "bob" {
		t.Errorf("the account of the address: %+v", u)
	}
	u, err = s.SignInIdentity(ctx, who("s1", "bob.builder@example.com")) // who married
	must(t, err)
	if u.ID != s.bob.User.ID || u.Email != "bob@example.com" {
		t.Errorf("with a new address: %+v", u)
	}
	_, err = s.SignInIdentity(ctx, who("s9", "bob@example.com")) // somebody else has the address now
	refusedAs(t, "a reused address", err, cloud.KindForbidden)
	u, err = s.SignInIdentity(ctx, who("s2", "new@example.com"))
	must(t, err)
	if u.Role() != cloud.RoleMember || u.Name != "Name of s2" || u.PasswordHash != "" {
		t.Errorf("a new account: %+v", u)
	}
	must(t, s.Disable(ctx, s.root, u.ID))
	_, err = s.SignInIdentity(ctx, who("s2", "new@example.com"))
	refusedAs(t, "disabled", err, cloud.KindForbidden)
}

func TestProviderMakesNoAccountsUnlessTold(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	_, err := s.SignInIdentity(t.Context(), who("s1", "new@example.com"))
	refusedAs(t, "no account", err, cloud.KindForbidden)
	if _, err := s.SignInIdentity(t.Context(), who("s2", "eve@example.net")); err != nil {
		t.Errorf("an account, any domain: %v", err)
	}
}

// Groups, and who administers, follow what the provider says at each sign-in; what
// an administrator's list says stays.
func TestGroupsOfProvider(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{AdminGroup: "admins"})
	ctx := t.Context()
	rows, err := cloud.ReadPeople(strings.NewReader("email,groups\nbob@example.com,listed\n"))
	must(t, err)
	_, err = s.Import(ctx, s.root, rows, cloud.ImportApply)
	must(t, err)
	for _, tt := range []struct {
		groups []string
		want   string
		role   cloud.AccountRole
	}{
		{[]string{"art", "admins"}, "admins art listed", cloud.RoleAdministrator},
		{nil, "admins art listed", cloud.RoleAdministrator}, // not asked for
		{[]string{"chess", " chess ", "a\nb", ""}, "chess listed", cloud.RoleMember},
		{[]string{}, "listed", cloud.RoleMember},
	} {
		u, err := s.SignInIdentity(ctx, who("s1", "bob@example.com", tt.groups...))
		must(t, err)
		if got := strings.Join(u.Groups, " "); got != tt.want || u.Role() != tt.role {
			t.Errorf("groups %q: in %q as %s, want %q as %s", tt.groups, got, u.Role(), tt.want, tt.role)
		}
	}
	u, err := s.SignInIdentity(ctx, who("s2", "root@example.com", "art"))
	must(t, err)
	if u.Role() != cloud.RoleAdministrator {
		t.Error("the last administrator is none any more")
	}
}
