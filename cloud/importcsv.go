package cloud

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxImport bounds the rows of a list of people.
const maxImport = 50000

// ImportRow is one line of a list of people.
type ImportRow struct {
	Line   int
	Email  string
	Name   string      // "" leaves it
	Role   AccountRole // "" leaves it; of a new account it is member
	Groups []string    // nil leaves them
}

// ReadPeople reads a list of people: comma separated, with a line of column names
// at its beginning. Columns are email, name, role and groups, in any order, and all
// but email may be missing; groups are separated by semicolons.
func ReadPeople(r io.Reader) ([]ImportRow, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	head, err := in.Read()
	if err != nil {
		return nil, listError(fmt.Errorf("read the line of column names: %w", err))
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff") // as spreadsheets write it
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"email", "name", "role", "groups"}, head[i]) {
			return nil, listError(fmt.Errorf("the column %q is not known: there are email, name, role and groups", name))
		}
	}
	if !slices.Contains(head, "email") {
		return nil, listError(errors.New("there is no column email"))
	}
	var rows []ImportRow
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, listError(err)
		}
		line, _ := in.FieldPos(0)
		row, err := importRow(line, head, fields)
		if err != nil {
			return nil, listError(fmt.Errorf("line %d: %w", line, err))
		}
		if rows = append(rows, row); len(rows) > maxImport {
			return nil, listError(fmt.Errorf("there are more than %d lines", maxImport))
		}
	}
}

func listError(err error) error {
	return &Error{Kind: KindInvalid, Message: "The list cannot be used: " + err.Error() + ".", Cause: err}
}

// importRow reads the fields of one line, which are as many as the names.
func importRow(line int, head, fields []string) (ImportRow, error) {
	row := ImportRow{Line: line}
	for i, name := range head {
		value := strings.TrimSpace(fields[i])
		switch name {
		case "email":
			email, err := cleanEmail(value)
			if err != nil {
				return row, fmt.Errorf("%q is not an e-mail address", value)
			}
			row.Email = email
		case "name":
			row.Name = value
		case "role":
			row.Role = AccountRole(strings.ToLower(value))
			if value != "" && !row.Role.valid() {
				return row, fmt.Errorf("the role %q is not known: there are administrator, member and guest", value)
			}
		case "groups":
			row.Groups = cleanGroups(strings.Split(value, ";"))
		}
	}
	if err := checkName(row.Name); err != nil {
		return row, errors.New("the name is too long")
	}
	return row, nil
}

// ImportMode says what Import does.
type ImportMode string

// The modes of Import.
const (
	ImportTry   ImportMode = "try"   // say what would change
	ImportApply ImportMode = "apply" // change it
)

// ImportChange is what became of one line of a list, or would.
type ImportChange struct {
	Email string
	New   bool
	What  []string // what changed, in words; nothing for an account that is as it should be
}

// Import brings accounts to what a list says, and tells what changed. Who is not
// in the list stays as they are. It stops at the first line that fails; lines
// before it were changed.
func (s *Service) Import(ctx context.Context, c Caller, rows []ImportRow, mode ImportMode) ([]ImportChange, error) {
	if err := c.Administrator(); err != nil {
		return nil, err
	}
	var changes []ImportChange
	for _, row := range rows {
		change, err := s.importOne(ctx, c, row, mode)
		if err != nil {
			return changes, listError(fmt.Errorf("line %d: %w", row.Line, err))
		}
		if change.New || len(change.What) > 0 {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

func (s *Service) importOne(ctx context.Context, c Caller, row ImportRow, mode ImportMode) (ImportChange, error) {
	change := ImportChange{Email: row.Email}
	u, err := s.cfg.Store.UserByEmail(ctx, row.Email)
	if errors.Is(err, ErrNotFound) {
		change.New, err = true, nil
		u = s.newUser(row.Email)
		if mode == ImportApply {
			err = s.addUser(ctx, u, s.did(c, u.ID, "imported "+u.Email))
		}
	}
	if err != nil {
		return change, err
	}
	if row.Name != "" && row.Name != u.Name {
		change.What = append(change.What, "name "+row.Name)
		if mode == ImportApply {
			_, err = s.change(ctx, c, u.ID, func(u *User) (string, error) {
				u.Name = row.Name
				return "named " + u.Email + " " + u.Name, nil
			})
		}
	}
	if err == nil && row.Role != "" && row.Role != u.Role() {
		change.What = append(change.What, "role "+string(row.Role))
		if mode == ImportApply {
			err = s.SetRole(ctx, c, u.ID, row.Role)
		}
	}
	if err == nil && row.Groups != nil {
		var notes []string
		notes, err = s.importGroups(ctx, c, u, row.Groups, mode)
		change.What = append(change.What, notes...)
	}
	return change, err
}

// importGroups says which groups a list adds and takes, and does so.
func (s *Service) importGroups(ctx context.Context, c Caller, u User, groups []string, mode ImportMode) ([]string, error) {
	old, err := s.cfg.Store.GroupsFrom(ctx, u.ID, GroupsOfImport)
	if err != nil {
		return nil, err
	}
	var notes []string
	for _, g := range groups {
		if !slices.Contains(old, g) {
			notes = append(notes, "joins "+g)
		}
	}
	for _, g := range old {
		if !slices.Contains(groups, g) {
			notes = append(notes, "leaves "+g)
		}
	}
	if mode != ImportApply || len(notes) == 0 {
		return notes, nil
	}
	_, err = s.cfg.Store.SetGroups(ctx, u.ID, GroupsOfImport, groups, s.did(c, u.ID, u.Email+" "+strings.Join(notes, ", ")))
	s.forget()
	return notes, err
}
