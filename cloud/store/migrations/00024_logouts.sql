-- +goose Up
-- People who lost tokens, and whose sessions at an XMPP server that carries the hints are
-- still to be ended. Nothing else would end them: only that server knows which there are.
CREATE TABLE push_logouts (
    email TEXT PRIMARY KEY,
    seq   BIGINT NOT NULL UNIQUE -- of the event that said so last
);
