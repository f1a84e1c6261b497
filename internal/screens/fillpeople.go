package main

import (
	"fmt"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/passkey"
)

// password of everybody who has one.
const password = "correct horse battery"

// days is how far back the service remembers.
const days = 21

// fill writes what happened in the last weeks.
func (w *World) fill() {
	w.clock = time.Now().AddDate(0, 0, -days)
	w.fillPeople()
	w.fillConnectors()
	w.fillPrinters()
	w.fillShares()
	w.fillJobs()
	w.fillCodes()
}

// caller adds somebody who comes again in this file.
func (w *World) caller(who, email, name string, admin bool) {
	u, err := w.past.AddUser(w.ctx, email, password, admin)
	w.ok(err)
	w.people[who] = cloud.Caller{User: &u, Via: cloud.ViaToken}
	w.ok(w.past.SetName(w.ctx, w.people[who], name))
	u.Name = name
	w.ok(w.past.SignedIn(w.ctx, u.ID))
}

func (w *World) fillPeople() {
	w.caller(owner, "grace.hopper@example.com", "Grace Hopper", true)
	w.caller(member, "alan.turing@example.com", "Alan Turing", false)
	w.caller(copied, "rosalind.franklin@example.com", "Rosalind Franklin", false)
	w.caller(fresh, "edsger.dijkstra@example.com", "Edsger Dijkstra", false)
	admin := w.people[owner]
	w.caller(guest, "visitor@example.org", "Vera Visitor", false)
	w.ok(w.past.SetRole(w.ctx, admin, w.people[guest].User.ID, cloud.RoleGuest))
	w.people[guest].User.Guest = true

	var list strings.Builder
	list.WriteString("email,name,role,groups\n" +
		"alan.turing@example.com,Alan Turing,member,research;second floor\n")
	for i, name := range strings.Split("Ada Lovelace,Barbara Liskov,Claude Shannon,Donald Knuth,Emmy Noether,Frances Allen,Hedy Lamarr,"+
		"Ida Rhodes,John Backus,Katherine Johnson,Leslie Lamport,Margaret Hamilton,Niklaus Wirth,Ole-Johan Dahl,Radia Perlman,"+
		"Shafi Goldwasser,Tony Hoare,Maximiliane Konstantinopolitanskaja-Oberwasserlechner", ",") {
		group := []string{"accounting", "research", "warehouse;first aid", "teachers"}[i%4]
		fmt.Fprintf(&list, "%s@example.com,%s,member,%s\n", strings.ReplaceAll(strings.ToLower(name), " ", "."), name, group)
	}
	rows, err := cloud.ReadPeople(strings.NewReader(list.String()))
	w.ok(err)
	_, err = w.past.Import(w.ctx, admin, rows, cloud.ImportApply)
	w.ok(err)

	gone, err := w.past.PersonByEmail(w.ctx, admin, "tony.hoare@example.com")
	w.ok(err)
	w.ok(w.past.Disable(w.ctx, admin, gone.ID))
	w.Values["disabled"], w.Values["person"] = string(gone.ID), string(w.people[member].User.ID)
	_, token, err := w.past.Invite(w.ctx, admin, cloud.NewUser{Email: "new.colleague@example.com", Name: "Nora New", Role: cloud.RoleMember, Expire: 90 * 24 * time.Hour})
	w.ok(err)
	w.Values["join"] = token
}

// fillCodes has devices, programs and keys wait for somebody.
func (w *World) fillCodes() {
	w.clock = time.Now()
	d, err := w.auth.StartDeviceOf(w.ctx, "platen", "", oauth.Asker{Address: "192.0.2.17", Host: "reception-pc", Printers: []string{"Front desk", "Label printer", "HP LaserJet MFP M234"}})
	w.ok(err)
	name, proxy := "Label printer", "label-7"
	c, err := w.past.RegisterAnonymous(w.ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
	w.ok(err)
	w.Values["code"], w.Values["claim"] = d.UserCode, c.Token
	for i, label := range []string{"shop order printer", "nightly reports", "Home Assistant"} {
		scope := []oauth.Scope{oauth.ScopePrint, oauth.ScopePair, oauth.ScopePrint}[i]
		_, _, err := w.auth.MakeKey(w.ctx, w.people[owner].User.ID, oauth.KeyWish{Label: label, Scopes: []oauth.Scope{scope}})
		w.ok(err)
	}
	till, err := w.past.AddServiceAccount(w.ctx, w.people[owner], cloud.NewServiceAccount{Name: "till", Title: "Till at the front desk"})
	w.ok(err)
	_, _, err = w.auth.MakeKey(w.ctx, till.ID, oauth.KeyWish{Label: "till 1", Scopes: []oauth.Scope{oauth.ScopePrint}})
	w.ok(err)
	w.Values["service"] = string(till.ID)
	for i, name := range []string{"Phone", "Security key in the safe"} {
		w.ok(w.db.AddPasskey(w.ctx, passkey.Passkey{
			ID: passkey.ID(fmt.Sprint("screen-", i)), User: w.people[owner].User.ID, Name: name, CreateTime: w.clock,
		}, 9))
	}
}
