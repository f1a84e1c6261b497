-- +goose Up
-- What is down, so that people are told once.
CREATE TABLE outages (
    robot   TEXT NOT NULL,   -- the connector; '' for a printer
    printer TEXT NOT NULL,   -- '' for a connector
    since   BIGINT NOT NULL, -- when it was noticed
    told    BIGINT NOT NULL, -- when people were told; 0 if they were not
    PRIMARY KEY (robot, printer)
);
