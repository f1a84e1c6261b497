package private

import (
	"fmt"
	"strings"

	"golang.org/x/sys/windows"
)

// serviceSID is the account NT SERVICE\platen: S-1-5-80 and the SHA-1 of the service's
// name in upper case, as five numbers ('sc showsid platen' shows it).
const serviceSID = "S-1-5-80-3093083062-3715948077-1318271331-1447423006-186729294"

// accounts returns who may do everything: the system, administrators, the service, and
// this process's user.
func accounts() ([]*windows.SID, error) {
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("ask who this is: %w", err)
	}
	list := []*windows.SID{me.User.Sid}
	for _, kind := range []windows.WELL_KNOWN_SID_TYPE{windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid} {
		sid, err := windows.CreateWellKnownSid(kind)
		if err != nil {
			return nil, err
		}
		list = append(list, sid)
	}
	sid, err := windows.StringToSid(serviceSID)
	if err != nil {
		return nil, err
	}
	return append(list, sid), nil
}

// Rights returns a description of an object of which the system, administrators, the
// service and this process's user may do everything, and others nothing. inherit are the
// flags of its entries in SDDL: "OICI" for a folder, whose contents are to be alike.
func Rights(inherit string) (*windows.SECURITY_DESCRIPTOR, error) {
	all, err := accounts()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("D:P") // P: nothing from the folder above
	for _, sid := range all {
		fmt.Fprintf(&b, "(A;%s;GA;;;%s)", inherit, sid)
	}
	return windows.SecurityDescriptorFromString(b.String())
}
