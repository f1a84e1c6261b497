-- +goose Up
-- Times are microseconds since 1970, 0 for never; truth values 0 or 1; lists and
-- objects JSON text. Only what SQLite and PostgreSQL both understand.

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    admin         INTEGER NOT NULL,
    disabled      INTEGER NOT NULL,
    password_hash TEXT NOT NULL,
    create_time   BIGINT NOT NULL
);

CREATE TABLE robots (
    id          TEXT PRIMARY KEY,
    owner       TEXT NOT NULL,
    proxy       TEXT NOT NULL,
    client_id   TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    connected   INTEGER NOT NULL,
    lease_until BIGINT NOT NULL
);

CREATE INDEX robots_owner ON robots (owner, proxy);

CREATE TABLE printers (
    id                   TEXT PRIMARY KEY,
    owner                TEXT NOT NULL, -- '' until claimed
    robot                TEXT NOT NULL, -- '' until claimed
    proxy                TEXT NOT NULL,
    name                 TEXT NOT NULL,
    uuid                 TEXT NOT NULL,
    public               INTEGER NOT NULL,
    display_name         TEXT NOT NULL,
    default_display_name TEXT NOT NULL,
    create_time          BIGINT NOT NULL,
    access_time          BIGINT NOT NULL,
    update_time          BIGINT NOT NULL,
    details              TEXT NOT NULL, -- what nothing is searched by, as JSON
    capabilities         TEXT NOT NULL, -- last: long, and rarely read
    defaults             TEXT NOT NULL
);

CREATE INDEX printers_owner ON printers (owner, proxy);
CREATE INDEX printers_robot ON printers (robot);

CREATE TABLE shares (
    printer TEXT NOT NULL REFERENCES printers (id) ON DELETE CASCADE,
    scope   TEXT NOT NULL, -- '' for PUBLIC
    type    TEXT NOT NULL,
    role    TEXT NOT NULL,
    pending INTEGER NOT NULL,
    sender  TEXT NOT NULL,
    PRIMARY KEY (printer, scope)
);

CREATE INDEX shares_scope ON shares (scope);

CREATE TABLE jobs (
    id               TEXT PRIMARY KEY,
    ord              BIGINT NOT NULL, -- order of submission
    printer          TEXT NOT NULL,
    owner            TEXT NOT NULL,
    state_type       TEXT NOT NULL,
    queued_time      BIGINT NOT NULL, -- when it last became QUEUED
    create_time      BIGINT NOT NULL,
    update_time      BIGINT NOT NULL,
    end_time         BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    cancel_ack       INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    pages_printed    INTEGER NOT NULL,
    unconfirmed      INTEGER NOT NULL,
    deleted          INTEGER NOT NULL,
    document         TEXT NOT NULL, -- '' when there is none any more
    document_size    BIGINT NOT NULL,
    document_digest  TEXT NOT NULL,
    title            TEXT NOT NULL,
    tags             TEXT NOT NULL, -- JSON
    state            TEXT NOT NULL, -- JSON
    message          TEXT NOT NULL,
    trace            TEXT NOT NULL, -- JSON
    owner_email      TEXT NOT NULL,
    printer_name     TEXT NOT NULL,
    content_type     TEXT NOT NULL,
    pages            INTEGER NOT NULL,
    ticket           TEXT NOT NULL
);

CREATE INDEX jobs_waiting ON jobs (printer, ord) WHERE state_type = 'QUEUED';
CREATE INDEX jobs_cancel ON jobs (cancel_requested) WHERE cancel_requested > 0 AND end_time = 0;
CREATE INDEX jobs_printer ON jobs (printer, create_time);
CREATE INDEX jobs_owner ON jobs (owner, create_time);
CREATE INDEX jobs_open ON jobs (printer) WHERE end_time = 0;
CREATE INDEX jobs_expiry ON jobs (end_time) WHERE end_time > 0 AND document <> '';
CREATE INDEX jobs_document ON jobs (document) WHERE document <> '';

CREATE TABLE events (
    seq     BIGINT PRIMARY KEY,
    time    BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    printer TEXT NOT NULL,
    job     TEXT NOT NULL,
    robot   TEXT NOT NULL,
    owner   TEXT NOT NULL,
    state   TEXT NOT NULL
);

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('event', 0);

-- Printers that registered without an owner and wait for a person.
CREATE TABLE claims (
    printer     TEXT PRIMARY KEY REFERENCES printers (id) ON DELETE CASCADE,
    token_hash  TEXT NOT NULL UNIQUE,
    expires     BIGINT NOT NULL,
    confirmed   INTEGER NOT NULL
);
