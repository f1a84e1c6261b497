-- +goose Up
-- Printers that a person paused, names of connectors, who asks to be let in.

ALTER TABLE printers ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

ALTER TABLE robots ADD COLUMN label TEXT NOT NULL DEFAULT ''; -- what a person calls the connector

ALTER TABLE oauth_devices ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- where the request came from
ALTER TABLE oauth_devices ADD COLUMN host TEXT NOT NULL DEFAULT ''; -- the machine, as it says
