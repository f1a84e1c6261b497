package web

import (
	"database/sql"
	"fmt"
	"strings"
)

// watch has the store of the scene write down each row that is added, changed or removed,
// but for when somebody was seen and guessed.
func (s *scene) watch() {
	s.t.Helper()
	raw, err := sql.Open("sqlite", "file:"+s.w.file+"?_pragma=busy_timeout(30000)")
	s.ok(err)
	s.raw = raw
	s.t.Cleanup(func() { _ = raw.Close() })
	s.exec(`CREATE TABLE watched (n INTEGER PRIMARY KEY, change INT, what TEXT)`)
	for _, table := range s.texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'
		AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'job_words%' AND name NOT IN ('watched', 'oauth_tries')`) {
		before, after := s.rowText(table, "old"), s.rowText(table, "new")
		const add = `INSERT INTO watched (change, what) VALUES `
		s.exec(`CREATE TRIGGER watch_added_` + table + ` AFTER INSERT ON ` + table + ` BEGIN ` + add + `(1, ` + after + `); END`)
		s.exec(`CREATE TRIGGER watch_removed_` + table + ` AFTER DELETE ON ` + table + ` BEGIN ` + add + `(-1, ` + before + `); END`)
		s.exec(`CREATE TRIGGER watch_changed_` + table + ` AFTER UPDATE ON ` + table + ` WHEN ` + before + ` IS NOT ` + after +
			` BEGIN ` + add + `(-1, ` + before + `), (1, ` + after + `); END`)
	}
}

// rowText is SQL for all that a row says.
func (s *scene) rowText(table, row string) string {
	s.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "'%s'", table)
	for _, c := range s.texts(`SELECT name FROM pragma_table_info('` + table + `')`) {
		if !strings.Contains(c, "used") && !strings.Contains(c, "tries") && !strings.Contains(c, "seen") && !strings.Contains(c, "access") {
			fmt.Fprintf(&b, ` || ' ' || quote(%s."%s")`, row, c)
		}
	}
	return b.String()
}

// logged is the last change so far.
func (s *scene) logged() (last int64) {
	s.t.Helper()
	s.ok(s.raw.QueryRowContext(s.t.Context(), `SELECT COALESCE(MAX(n), 0) FROM watched`).Scan(&last))
	return last
}

// changedSince reports whether the store holds something else than at a change: rows that
// came and went again are none.
func (s *scene) changedSince(last int64) (changed bool) {
	s.t.Helper()
	s.ok(s.raw.QueryRowContext(s.t.Context(),
		`SELECT EXISTS (SELECT 1 FROM watched WHERE n > ? GROUP BY what HAVING SUM(change) != 0)`, last).Scan(&changed))
	return changed
}

func (s *scene) exec(query string) {
	s.t.Helper()
	_, err := s.raw.ExecContext(s.t.Context(), query)
	s.ok(err)
}

// texts are the first column of what a query gives.
func (s *scene) texts(query string) (all []string) {
	s.t.Helper()
	rows, err := s.raw.QueryContext(s.t.Context(), query)
	s.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		s.ok(rows.Scan(&text))
		all = append(all, text)
	}
	s.ok(rows.Err())
	return all
}
