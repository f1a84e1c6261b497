-- +goose Up
-- Who is told of what over XMPP, and what programs publish there.
CREATE TABLE pubsub_subscriptions (
    jid        TEXT NOT NULL,   -- that is told
    kind       TEXT NOT NULL,   -- 'items' or 'presence'
    node       TEXT NOT NULL,
    owner      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    until_time BIGINT NOT NULL, -- when it ends; 0 for never
    PRIMARY KEY (jid, kind, node)
);

CREATE INDEX pubsub_subscriptions_node ON pubsub_subscriptions (node, kind);
CREATE INDEX pubsub_subscriptions_owner ON pubsub_subscriptions (owner);

CREATE TABLE pubsub_nodes (
    node      TEXT PRIMARY KEY,
    owner     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- a program's account
    title     TEXT NOT NULL,
    readers   TEXT NOT NULL,   -- scopes of who may subscribe
    item      TEXT NOT NULL,   -- id of the last item; '' for none
    payload   TEXT NOT NULL,
    published BIGINT NOT NULL
);

CREATE INDEX pubsub_nodes_owner ON pubsub_nodes (owner);

-- Up to where the events were handed to the XMPP server: one replica does it.
INSERT INTO counters (name, value) SELECT 'pubsub', value FROM counters WHERE name = 'event';
