package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/pubsub"
	"platen/cloud/store/storetest"
)

func TestPubSub(t *testing.T) {
	storetest.RunPubSub(t, func(t *testing.T) storetest.PubSubStore { return openTest(t) })
}

// A subscription must not cost more the more there are, in the transaction for which all
// others wait.
func TestSubscribingReadsNoTable(t *testing.T) {
	d := openTest(t)
	for query, args := range map[string][]any{
		removeEnded: {int64(1), 100},
		countOwn:    {"ada", int64(1)},
		countAll:    nil,
	} {
		plan := planOf(t, d, query, args...)
		if strings.Contains(plan, "SCAN") {
			t.Errorf("%s\n%s", query, plan)
		}
	}
}

// The subscriptions of a database from before count as those that come.
func TestUpgradeCountsSubscriptions(t *testing.T) {
	d := openTest(t)
	if err := d.AddUser(t.Context(), cloud.User{ID: "ada", Email: "ada@example.com"}); err != nil {
		t.Fatal(err)
	}
	up, err := migrations.ReadFile("migrations/00023_subscriptions.sql")
	if err != nil {
		t.Fatal(err)
	}
	err = d.tx(t.Context(), func(tx *Tx) error {
		for _, undo := range []string{
			`DROP TRIGGER pubsub_subscriptions_added`, `DROP TRIGGER pubsub_subscriptions_removed`, `DROP INDEX pubsub_subscriptions_until`,
			`DELETE FROM counters WHERE name = 'subscriptions'`,
			`INSERT INTO pubsub_subscriptions (` + subscriptionColumns + `) VALUES ('a@x', 'items', 'n', 'ada', 0), ('b@x', 'items', 'n', 'ada', 0)`,
			string(up),
		} {
			if _, err := tx.exec(undo); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.queryRow(t.Context(), countAll).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d are counted, %v", n, err)
	}
}

func BenchmarkSubscribe(b *testing.B) {
	for _, rows := range []int{100, 50_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			d := openTest(b)
			if err := d.AddUser(b.Context(), cloud.User{ID: "ada", Email: "ada@example.com"}); err != nil {
				b.Fatal(err)
			}
			if err := d.AddUser(b.Context(), cloud.User{ID: "bob", Email: "bob@example.com"}); err != nil {
				b.Fatal(err)
			}
			now := time.Now()
			err := d.tx(b.Context(), func(tx *Tx) error {
				_, err := tx.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
					INSERT INTO pubsub_subscriptions (`+subscriptionColumns+`) SELECT 'ada@x', 'items', 'n/' || i, 'ada', ? FROM n`, rows, micros(now.Add(time.Hour)))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			sub := pubsub.Subscription{JID: "bob@x", Kind: pubsub.Items, Node: "n/1", Owner: "bob"}
			for b.Loop() {
				if err := d.PutSubscription(b.Context(), sub, pubsub.Bounds{OfOwner: 2, OfAll: 1 << 20}, now); err != nil {
					b.Fatal(err)
				}
				if err := d.RemoveSubscription(b.Context(), sub); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
