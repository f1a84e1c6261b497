-- +goose Up
-- In the order in which they are listed, so that a printer's history is not read.
DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (printer, create_time, ord) WHERE end_time = 0;
