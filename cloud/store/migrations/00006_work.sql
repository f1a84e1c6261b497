-- +goose Up
-- What the service does to a job's document, and what of its ticket is ignored.
ALTER TABLE jobs ADD COLUMN work TEXT NOT NULL DEFAULT ''; -- JSON; '' for nothing
ALTER TABLE jobs ADD COLUMN notes TEXT NOT NULL DEFAULT 'null'; -- JSON
