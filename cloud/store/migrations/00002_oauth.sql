-- +goose Up
-- Secrets appear here as SHA-256 hashes only.

CREATE TABLE oauth_tokens (
    hash        TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    grant_id    TEXT NOT NULL,
    owner       TEXT NOT NULL, -- the person; '' for a robot's
    robot       TEXT NOT NULL, -- '' for a person's
    client      TEXT NOT NULL,
    scope       TEXT NOT NULL,
    redirect    TEXT NOT NULL,
    challenge   TEXT NOT NULL,
    label       TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL, -- 0 for never
    used_time   BIGINT NOT NULL  -- 0 for never
);

CREATE INDEX oauth_tokens_grant ON oauth_tokens (grant_id);
CREATE INDEX oauth_tokens_owner ON oauth_tokens (owner, kind, create_time) WHERE owner <> '';
CREATE INDEX oauth_tokens_robot ON oauth_tokens (robot) WHERE robot <> '';
CREATE INDEX oauth_tokens_expiry ON oauth_tokens (expire_time) WHERE expire_time > 0;

CREATE TABLE oauth_devices (
    hash        TEXT PRIMARY KEY,
    user_hash   TEXT NOT NULL UNIQUE,
    client      TEXT NOT NULL,
    scope       TEXT NOT NULL,
    state       TEXT NOT NULL,
    owner       TEXT NOT NULL, -- who decided; '' while pending
    wait        BIGINT NOT NULL, -- microseconds between polls
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    poll_time   BIGINT NOT NULL
);

CREATE INDEX oauth_devices_expiry ON oauth_devices (expire_time);

-- Guesses that were wrong, or are not yet known to be right.
CREATE TABLE oauth_tries (
    who  TEXT NOT NULL,
    time BIGINT NOT NULL
);

CREATE INDEX oauth_tries_who ON oauth_tries (who, time);
