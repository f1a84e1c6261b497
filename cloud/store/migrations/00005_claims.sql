-- +goose Up
-- Claims, runs, keys of submissions, expiry, restores, the audit log.

ALTER TABLE jobs ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN expire_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN hold_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN heard_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN due_time BIGINT NOT NULL DEFAULT 1; -- of jobs from before: at once
ALTER TABLE jobs ADD COLUMN restored TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN again_of TEXT NOT NULL DEFAULT '';

CREATE INDEX jobs_due ON jobs (due_time) WHERE due_time > 0;
CREATE INDEX jobs_again ON jobs (printer, again_of, create_time) WHERE again_of <> '';
CREATE INDEX jobs_restored ON jobs (printer, ord) WHERE restored <> '';

ALTER TABLE printers ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;

CREATE INDEX printers_hidden ON printers (hidden) WHERE hidden > 0;

ALTER TABLE robots ADD COLUMN run TEXT NOT NULL DEFAULT '';
ALTER TABLE robots ADD COLUMN installations TEXT NOT NULL DEFAULT 'null'; -- JSON

ALTER TABLE events ADD COLUMN by_user TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE INDEX events_audit ON events (seq) WHERE by_user <> '';
CREATE INDEX events_time ON events (time) WHERE by_user = '';

-- What callers named their submissions.
CREATE TABLE submissions (
    owner       TEXT NOT NULL,
    key_hash    TEXT NOT NULL,
    digest      TEXT NOT NULL,
    job         TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (owner, key_hash)
);

CREATE INDEX submissions_time ON submissions (create_time);

-- Bytes of the documents that each owner's jobs have.
CREATE TABLE stored (
    owner TEXT PRIMARY KEY,
    bytes BIGINT NOT NULL
);

INSERT INTO stored (owner, bytes)
SELECT owner, SUM(document_size) FROM jobs WHERE document <> '' GROUP BY owner;

CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
