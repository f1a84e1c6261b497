-- +goose Up
-- Where robots are logged in at an XMPP server that carries the hints. It tells any
-- replica of the cloud, and not always that one is gone.
CREATE TABLE push_sessions (
    jid        TEXT PRIMARY KEY, -- with its resource
    robot      TEXT NOT NULL REFERENCES robots (id) ON DELETE CASCADE,
    until_time BIGINT NOT NULL   -- there until then, unless it is heard of
);

CREATE INDEX push_sessions_robot ON push_sessions (robot, until_time);
CREATE INDEX push_sessions_until ON push_sessions (until_time);
