-- +goose Up
-- Who but the sender may release a held job, and what stands on a printer's sticker.
ALTER TABLE jobs ADD COLUMN pin_hash TEXT NOT NULL DEFAULT ''; -- argon2id; '' for no PIN
ALTER TABLE jobs ADD COLUMN pin_tries INTEGER NOT NULL DEFAULT 0; -- tries that were wrong, or are not known to be right
ALTER TABLE jobs ADD COLUMN delegate TEXT NOT NULL DEFAULT ''; -- address of who may release it

CREATE INDEX jobs_held ON jobs (owner, create_time, ord) WHERE state_type = 'HELD';
CREATE INDEX jobs_delegate ON jobs (delegate, create_time, ord) WHERE state_type = 'HELD' AND delegate <> '';

CREATE TABLE stickers (
    printer TEXT PRIMARY KEY REFERENCES printers (id) ON DELETE CASCADE,
    key     TEXT NOT NULL UNIQUE
);
