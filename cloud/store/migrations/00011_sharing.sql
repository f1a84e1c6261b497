-- +goose Up
-- Shares that end, requests for printers, links that share a printer, and visitors
-- who came by one.

ALTER TABLE shares ADD COLUMN asked INTEGER NOT NULL DEFAULT 0; -- by the person, who waits
ALTER TABLE shares ADD COLUMN expire_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shares ADD COLUMN link TEXT NOT NULL DEFAULT ''; -- with which it ends

CREATE INDEX shares_expiry ON shares (expire_time) WHERE expire_time > 0;
CREATE INDEX shares_link ON shares (link) WHERE link <> '';

ALTER TABLE users ADD COLUMN expire_time BIGINT NOT NULL DEFAULT 0; -- of a visitor

CREATE INDEX users_expiry ON users (expire_time) WHERE expire_time > 0;

CREATE TABLE links (
    id          TEXT PRIMARY KEY,
    printer     TEXT NOT NULL REFERENCES printers (id) ON DELETE CASCADE,
    secret_hash TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    sender      TEXT NOT NULL,
    visitors    INTEGER NOT NULL, -- also people without an account
    keeps       INTEGER NOT NULL, -- shares outlive the link
    most        BIGINT NOT NULL,  -- uses; 0 for any number
    uses        BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL
);

CREATE INDEX links_printer ON links (printer, create_time);
CREATE INDEX links_expiry ON links (expire_time);
