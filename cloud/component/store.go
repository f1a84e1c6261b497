package component

import (
	"context"
	"strings"
	"time"

	"platen/gcp"
)

// Session is a robot's login at the XMPP server.
type Session struct {
	JID   string // with its resource
	Robot gcp.RobotID
	Until time.Time // there until then, unless it is heard of
}

// Logout is somebody whose sessions are to be ended.
type Logout struct {
	Local string // part of the address
	Seq   int64  // position of what happened last, from 1
}

// Store keeps sessions for all replicas of the service: what a robot says reaches any
// one of them. It keeps, too, who is to be logged out. cloud/store satisfies it.
type Store interface {
	// KeepPushSessions adds sessions or moves their ends, and returns those that were
	// not there. Those of robots that do not exist are left out.
	KeepPushSessions(ctx context.Context, list []Session) (fresh []Session, err error)
	// DropPushSessions removes sessions by their JIDs, and returns those that were there.
	DropPushSessions(ctx context.Context, jids []string) (gone []Session, err error)
	// EndPushSessions removes the sessions that ended by a time, and returns them.
	EndPushSessions(ctx context.Context, by time.Time) (gone []Session, err error)
	// PushSessions returns a robot's sessions.
	PushSessions(ctx context.Context, robot gcp.RobotID) ([]Session, error)
	// SilentPushSessions returns sessions that end before a time, the first ones first.
	SilentPushSessions(ctx context.Context, before time.Time, limit int) ([]Session, error)

	// PushLogouts returns up to limit people whose sessions are to be ended, after a
	// position and up to another, oldest first, each once.
	PushLogouts(ctx context.Context, after, upTo int64, limit int) ([]Logout, error)
	// PushLogoutDone forgets one of them, unless the person is to be logged out again since.
	PushLogoutDone(ctx context.Context, l Logout) error
}

// robotOf reads an address of a robot: people's are escaped (XEP-0106). full says whether it names one session.
func (l *Link) robotOf(jid string) (robot gcp.RobotID, full, ok bool) {
	bare, resource, _ := strings.Cut(jid, "/")
	local, domain, found := strings.Cut(bare, "@")
	if !found || local == "" || strings.Contains(local, `\`) || !strings.EqualFold(domain, l.cfg.Domain) {
		return "", false, false
	}
	return gcp.RobotID(local), resource != "", true
}

// bare is a robot's address.
func (l *Link) bare(robot gcp.RobotID) string { return string(robot) + "@" + l.cfg.Domain }
