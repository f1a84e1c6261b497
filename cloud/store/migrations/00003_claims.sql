-- +goose Up
-- What a device proves itself with when it polls for its code.

ALTER TABLE claims ADD COLUMN poll_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE claims ADD COLUMN proved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE claims ADD COLUMN client TEXT NOT NULL DEFAULT ''; -- of a device that polls without the secret
ALTER TABLE claims ADD COLUMN confirm_time BIGINT NOT NULL DEFAULT 0;

CREATE INDEX claims_open ON claims (confirmed, expires);
