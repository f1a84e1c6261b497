-- +goose Up
-- Accounts of programs, which nobody signs in with.

ALTER TABLE users ADD COLUMN service INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN keeper TEXT NOT NULL DEFAULT ''; -- an account's id, or /group/NAME

CREATE INDEX users_service ON users (keeper, email) WHERE service <> 0;
