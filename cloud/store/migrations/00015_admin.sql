-- +goose Up
-- What one person did, and what was done to one printer, in the order of the audit log.
CREATE INDEX events_audit_person ON events (by_user, seq) WHERE by_user <> '';
CREATE INDEX events_audit_printer ON events (printer, seq) WHERE by_user <> '';
