package main

import (
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"platen/cloud/oauth"
	"platen/internal/lab"
)

// Mode is a way to look at a screen.
type Mode struct {
	Name string // of its pictures
	lab.View
}

// Modes are the ways of which each screen has a picture.
func Modes() []Mode {
	return []Mode{
		{"light", lab.View{Width: 1280, Height: 800, Scheme: "light"}},
		{"dark", lab.View{Width: 1280, Height: 800, Scheme: "dark"}},
		{"phone", lab.View{Width: 390, Height: 844, Scale: 2, Scheme: "light", Phone: true}},
	}
}

// Visit goes to a screen and does there what it is about.
func (s Screen) Visit(w *World, tab *lab.Tab) {
	w.refresh()
	tab.Look(Modes()[0].View)
	steps := chromedp.Tasks{network.ClearBrowserCookies()}
	if s.Who != nobody {
		steps = append(steps, network.SetCookie(oauth.CookieName, w.cookie(s.Who).Reveal()).WithURL(w.Base).WithHTTPOnly(true))
	}
	tab.Do("go to "+s.Name, append(steps, chromedp.Navigate(s.Address(w)))...)
	if s.Do != nil {
		s.Do(w, tab)
	}
}
