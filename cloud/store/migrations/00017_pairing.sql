-- +goose Up
-- The printers that a machine which asks to be paired would add, as it says.
ALTER TABLE oauth_devices ADD COLUMN printers TEXT NOT NULL DEFAULT 'null'; -- JSON
