-- +goose Up
-- Each subscription looks for those that have ended, and asks how many there are: neither
-- may cost more the more there are.
CREATE INDEX pubsub_subscriptions_until ON pubsub_subscriptions (until_time) WHERE until_time > 0;

INSERT INTO counters (name, value) SELECT 'subscriptions', COUNT(*) FROM pubsub_subscriptions;

-- +goose StatementBegin
CREATE TRIGGER pubsub_subscriptions_added AFTER INSERT ON pubsub_subscriptions BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'subscriptions';
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pubsub_subscriptions_removed AFTER DELETE ON pubsub_subscriptions BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'subscriptions';
END;
-- +goose StatementEnd
