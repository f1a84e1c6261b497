package api

import (
	"strings"

	"platen/gcp"
)

// announced hands on what a connector says of itself; nil from those that say nothing.
func (c *call) announced() (*gcp.Installation, error) {
	run := gcp.RunID(c.args.get("run"))
	if run == "" || c.caller.Robot == nil {
		return nil, nil //nolint:nilnil // an answer without the member
	}
	a := gcp.Announcement{
		Instance: c.args.get("instance"), Run: run, Host: c.args.get("host"), Version: c.args.get("version"),
	}
	for was := range strings.SplitSeq(c.args.get("was"), ",") {
		if was = strings.TrimSpace(was); was != "" {
			a.Was = append(a.Was, gcp.RunID(was))
		}
	}
	installation, err := c.h.cfg.Service.Announce(c.ctx, c.caller, a, c.h.cfg.RemoteAddr(c.r))
	if err != nil {
		return nil, err
	}
	return &installation, nil
}

// connectors lists the caller's own connectors.
func (h *handler) connectors(c *call) error {
	views, err := h.cfg.Service.Connectors(c.ctx, c.caller)
	if err != nil {
		return err
	}
	list := make([]gcp.Connector, 0, len(views))
	for _, v := range views {
		one := gcp.Connector{
			Robot: v.Robot, Proxy: v.Proxy, Host: v.Host, Online: v.Connected,
			Printers: len(v.Printers), Installations: v.Installations,
		}
		if !v.Seen.IsZero() {
			one.Seen = gcp.MillisOf(v.Seen)
		}
		if one.Installations == nil {
			one.Installations = []gcp.Twin{}
		}
		list = append(list, one)
	}
	c.write(&connectorsAnswer{c.done(""), list})
	return nil
}
