-- +goose Up
-- The passkeys that let people in.
CREATE TABLE passkeys (
    id          TEXT PRIMARY KEY, -- the credential id, base64url
    owner       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    public_key  TEXT NOT NULL,    -- a COSE_Key, base64url
    sign_count  BIGINT NOT NULL,
    syncs       INTEGER NOT NULL,
    synced      INTEGER NOT NULL,
    transports  TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    used_time   BIGINT NOT NULL   -- 0 for never
);

CREATE INDEX passkeys_owner ON passkeys (owner, create_time);
