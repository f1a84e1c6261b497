-- +goose Up
-- Guests, groups, and who somebody is at an OpenID Connect provider.

ALTER TABLE users ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN sign_in_time BIGINT NOT NULL DEFAULT 0;

CREATE INDEX users_admin ON users (create_time, id) WHERE admin <> 0;

CREATE TABLE identities (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    owner   TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- One person of an issuer has one account.
CREATE UNIQUE INDEX identities_owner ON identities (owner, issuer);

CREATE TABLE members (
    owner  TEXT NOT NULL,
    name   TEXT NOT NULL, -- of the group
    source TEXT NOT NULL, -- who says so
    PRIMARY KEY (owner, name, source)
);

CREATE INDEX members_name ON members (name, owner);
