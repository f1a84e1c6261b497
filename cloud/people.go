package cloud

// AccountRole is what somebody may do apart from what single printers allow.
type AccountRole string

// The roles of accounts.
const (
	RoleAdministrator AccountRole = "administrator" // administers people and the service
	RoleMember        AccountRole = "member"        // has printers, and shares them
	RoleGuest         AccountRole = "guest"         // uses what is shared with them, and nothing else
	RoleService       AccountRole = "service"       // a program's, which nobody can be given
)

// Role returns the account's role.
func (u *User) Role() AccountRole {
	switch {
	case u.Service:
		return RoleService
	case u.Admin:
		return RoleAdministrator
	case u.Guest:
		return RoleGuest
	}
	return RoleMember
}

// Administers reports whether somebody administers the service at this moment.
func (u *User) Administers() bool { return u.Admin && !u.Disabled }

// setRole gives an account a role.
func (u *User) setRole(r AccountRole) {
	u.Admin, u.Guest = r == RoleAdministrator, r == RoleGuest
}

// valid reports whether it is one of the roles.
func (r AccountRole) valid() bool {
	return r == RoleAdministrator || r == RoleMember || r == RoleGuest
}

// GroupSource is who says that somebody is in a group: what one of them says
// takes nothing back that the other said.
type GroupSource string

// The sources of groups.
const (
	GroupsOfProvider GroupSource = "oidc" // a sign-in with OpenID Connect
	GroupsOfImport   GroupSource = "csv"  // an administrator's list
)

// Group is a group with how many people are in it.
type Group struct {
	Name    string
	Members int
}

// Identity is who somebody is at an OpenID Connect provider.
type Identity struct {
	Issuer   string
	Subject  string // never reused by the issuer, unlike the address
	Email    string
	Verified bool // the issuer has verified the address
	Name     string
	Groups   []string // nil if the provider is not asked for them
}

// AccountKind says whose accounts a filter selects; the zero value selects all.
type AccountKind string

// The kinds of accounts.
const (
	PeoplesAccounts AccountKind = "people"
	ServiceAccounts AccountKind = "service"
)

// UserFilter selects accounts.
type UserFilter struct {
	Of      AccountKind
	Keepers []string // service accounts of these keepers only; nil for all
	Text    string   // in address or name, in any case; "" for all
	Group   string   // members of this group only; "" for all
	Offset  int
	Limit   int
}

// UserPage is one page of accounts, in the order of their addresses.
type UserPage struct {
	Users []User
	Total int // of all pages
}
