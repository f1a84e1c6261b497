package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the database driver "sqlite"

	"platen/cloud"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/lab"
)

// fillSchema is the schema that the history is written with: the rest of the
// migrations are measured.
const fillSchema = 9

// history is how much there is in the database.
type history struct {
	people, printers, jobs int
}

// historyTime is how long ago the first job was.
const historyTime = 2 * 365 * 24 * time.Hour

// Who looks at the pages, besides lab.Owner, who administers. The manager owns all
// printers.
const (
	memberNumber  = 1
	managerNumber = 2
)

func personID(n int) cloud.UserID   { return cloud.UserID(idOf("person", n)) }
func personEmail(n int) string      { return fmt.Sprintf("person%04d@example.com", n) }
func printerID(n int) gcp.PrinterID { return gcp.PrinterID(idOf("printer", n)) }
func robotID(n int) gcp.RobotID     { return gcp.RobotID(idOf("robot", n)) }
func benchJobID(n int) gcp.JobID    { return gcp.JobID(fmt.Sprintf("%032x", n)) }
func printerName(n int) string      { return fmt.Sprintf("Laser %03d, floor %d", n, n%7) }

func idOf(kind string, n int) string {
	sum := sha256.Sum256(fmt.Append(nil, kind, n))
	return hex.EncodeToString(sum[:16])
}

// fill makes a database with a long history as the program with fillSchema left it.
func (b *bench) fill(path string, h history) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.Fatalf("%v", err)
	}
	u := url.URL{Scheme: "file", Opaque: path, RawQuery: url.Values{
		"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "cache_size(-600000)", "temp_store(MEMORY)"},
	}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer func() { _ = db.Close() }() // closed below
	db.SetMaxOpenConns(1)
	ctx := context.Background()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS(filepath.Join(b.root(), "cloud/store/migrations")),
		goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = p.UpTo(ctx, fillSchema)
	}
	if err == nil {
		err = fillRows(ctx, db, h)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		b.Fatalf("fill: %v", err)
	}
}

// root is the module's folder.
func (b *bench) root() string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		b.Fatalf("go list: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func fillRows(ctx context.Context, db *sql.DB, h history) error {
	indexes, err := jobIndexes(ctx, db)
	if err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(lab.Password, argon2id.DefaultParams)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // committed below
	exec := func(query string, args ...any) {
		if err == nil {
			_, err = tx.ExecContext(ctx, query, args...)
		}
	}
	exec(`CREATE TEMP TABLE person (n INTEGER PRIMARY KEY, id TEXT, email TEXT)`)
	exec(`CREATE TEMP TABLE machine (n INTEGER PRIMARY KEY, id TEXT, name TEXT)`)
	for n := range h.people {
		exec(`INSERT INTO person VALUES (?, ?, ?)`, n, string(personID(n)), personEmail(n))
	}
	for n := range h.printers {
		exec(`INSERT INTO machine VALUES (?, ?, ?)`, n, string(printerID(n)), printerName(n))
	}
	exec(fillPeople, hash)
	exec(fillMembers)
	for name := range indexes { // filling them at the end is quicker
		exec(`DROP INDEX ` + name)
	}
	now := time.Now()
	start, step := now.Add(-historyTime).UnixMicro(), historyTime.Microseconds()/int64(h.jobs)
	exec(fillJobs, h.jobs, h.people, h.printers, start, step, now.UnixMicro())
	for _, query := range indexes {
		exec(query)
	}
	exec(fillSums)
	exec(fillEvents, h.jobs, now.UnixMicro(), string(personID(managerNumber)))
	exec(`UPDATE counters SET value = (SELECT MAX(seq) FROM events) WHERE name = 'event'`)
	if err != nil {
		return err
	}
	return tx.Commit()
}

// jobIndexes returns how the indexes of the table of jobs were made.
func jobIndexes(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'jobs' AND sql IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // read to the end
	all := map[string]string{}
	for rows.Next() {
		var name, query string
		if err := rows.Scan(&name, &query); err != nil {
			return nil, err
		}
		all[name] = query
	}
	return all, rows.Err()
}

// The history. Most of what somebody prints goes to one printer, some to two others;
// of the last jobs some wait. ?1 to ?6 are the number of jobs, people and printers, the
// time of the first job, the time between two, and now.
const (
	fillPeople = `INSERT INTO users (id, email, name, admin, disabled, password_hash, create_time, guest, sign_in_time)
		SELECT id, email, 'Person ' || n || ' of Example', 0, 0, ?, 1700000000000000 + n, 0, 1700000000000000 FROM person`
	fillMembers = `INSERT INTO members (owner, name, source) SELECT id, 'group ' || (n % 40), 'oidc' FROM person
		UNION ALL SELECT id, 'site ' || (n % 7), 'oidc' FROM person`
	fillJobs = `INSERT INTO jobs (id, ord, printer, owner, state_type, queued_time, create_time, update_time, end_time,
			cancel_requested, cancel_ack, attempts, pages_printed, unconfirmed, deleted, document, document_size, document_digest,
			title, tags, state, message, trace, owner_email, printer_name, content_type, pages, ticket,
			claim, expire_time, hold_until, heard_time, due_time)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
			each AS (SELECT i, i > ?1 - 300 AS waits, ?4 + i * ?5 AS at, (i * 7919) % ?2 AS who, (i / ?2) % 10 AS turn FROM n)
		SELECT printf('%032x', i), i, machine.id, person.id,
			CASE WHEN waits THEN 'QUEUED' WHEN i % 33 = 0 THEN 'ABORTED' ELSE 'DONE' END, at, at, at + 20000000,
			CASE WHEN waits THEN 0 ELSE at + 20000000 END, 0, 0, 1, CASE WHEN waits OR i % 33 = 0 THEN 0 ELSE 1 + i % 9 END, 0, 0,
			'', 90000, 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
			CASE i % 7 WHEN 0 THEN 'Invoice ' WHEN 1 THEN 'Report of the week ' WHEN 2 THEN 'scan' WHEN 3 THEN 'Lieferschein '
				WHEN 4 THEN 'Microsoft Word - Letter ' WHEN 5 THEN 'Timetable ' ELSE 'Boarding pass ' END
				|| printf('%x', (i * 2654435761) % 16777213) || CASE i % 3 WHEN 0 THEN '.docx' ELSE '.pdf' END,
			CASE i % 20 WHEN 0 THEN '["^own","urgent"]' ELSE 'null' END,
			CASE WHEN waits THEN '{"type":"QUEUED"}' WHEN i % 33 = 0 THEN '{"type":"ABORTED"}' ELSE '{"type":"DONE"}' END, '',
			'{"1":' || at || ',"2":' || (at + 900) || ',"3":' || (at + 2100) || ',"4":' || (at + 4000) || ',"5":' || (at + 5000) || ',"8":' ||
				(at + 9000) || ',"9":' || (at + 12000) || ',"12":' || (at + 16000) || ',"13":' || (at + 3000000) || ',"14":' || (at + 19000000) || '}',
			person.email, machine.name, 'application/pdf', 1 + i % 9,
			'{"version":"1.0","print":{"color":{"type":"STANDARD_MONOCHROME"},"duplex":{"type":"LONG_EDGE"},"copies":{"copies":1}}}',
			'', CASE WHEN waits THEN ?6 + 604800000000 ELSE 0 END, 0, at, ?6 + 31536000000000 + i
		FROM each CROSS JOIN person ON person.n = who
		CROSS JOIN machine ON machine.n = CASE WHEN turn < 8 THEN who % ?3 WHEN turn = 8 THEN (who * 7 + 3) % ?3 ELSE (who * 13 + 11) % ?3 END`
	fillSums = `INSERT INTO sums (day, printer, owner, printer_name, owner_email, jobs, pages)
		SELECT date(end_time / 1000000, 'unixepoch'), printer, owner, MAX(printer_name), MAX(owner_email), COUNT(*), SUM(pages_printed)
		FROM jobs WHERE state_type = 'DONE' GROUP BY 1, 2, 3`
	fillEvents = `INSERT INTO events (seq, time, kind, printer, job, robot, owner, state, by_user, note)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 / 4)
		SELECT ?1 + i, ?2 - (?1 / 4 - i) * 1000000, CASE WHEN i % 2 THEN 'job.state' ELSE 'audit' END, '', '', '', ?3, '',
			CASE WHEN i % 2 THEN '' ELSE (SELECT id FROM person WHERE n = i % 3000) END, 'did this and that to person' || i || '@example.com' FROM n`
)

// furnish adds what the history needs besides, with the store of today.
func furnish(ctx context.Context, d *store.DB, h history) error {
	now := time.Now()
	for n := range 20 {
		err := d.AddRobot(ctx, cloud.Robot{
			ID: robotID(n), Owner: personID(managerNumber), Proxy: gcp.ProxyID(fmt.Sprintf("proxy%d", n)), Label: fmt.Sprintf("Server %d", n),
			CreateTime: now, LastSeen: now, LeaseUntil: now.Add(24 * time.Hour),
		})
		if err != nil {
			return err
		}
	}
	for n := range h.printers {
		p := cloud.Printer{
			ID: printerID(n), Owner: personID(managerNumber), Robot: robotID(n % 20), Proxy: gcp.ProxyID(fmt.Sprintf("proxy%d", n%20)),
			Name: fmt.Sprintf("queue%03d", n), DefaultDisplayName: printerName(n), UUID: idOf("uuid", n),
			Description: "In the corridor", Manufacturer: "Example", Model: "LaserJet 4000", GCPVersion: "2.0",
			Capabilities: benchCapabilities(), ContentTypes: "application/pdf,image/pwg-raster,image/jpeg",
			Tags:        []string{fmt.Sprintf("__cp__printer-location=Building %d, room %d", n%9, n), "__cp__cups=1"},
			Labels:      []string{fmt.Sprintf("floor %d", n%7)},
			TOSAccepted: true, SemanticState: []byte(benchState), CreateTime: now, AccessTime: now, UpdateTime: now,
		}
		_, err := d.SavePrinter(ctx, cloud.PrinterKey{Owner: p.Owner, Proxy: p.Proxy, Name: p.Name, UUID: p.UUID},
			func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) { return p, nil, nil })
		if err != nil {
			return err
		}
		err = d.PutShare(ctx, cloud.Share{Printer: p.ID, Scope: "/hd/domain/example.com", Type: gcp.ScopeDomain, Role: gcp.RoleUser})
		if err != nil {
			return err
		}
	}
	return nil
}

const benchState = `{"version":"1.0","printer":{"state":"IDLE",
	"input_tray_state":{"item":[{"vendor_id":"tray-1","state":"OK","level_percent":60},{"vendor_id":"tray-2","state":"OK","level_percent":10}]},
	"marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":40},{"vendor_id":"cyan","state":"OK","level_percent":70}]}}}`

// benchCapabilities are those of an office printer.
func benchCapabilities() []byte {
	var sizes []string
	for i := range 30 {
		sizes = append(sizes, fmt.Sprintf(`{"name":"CUSTOM","width_microns":%d,"height_microns":%d,"vendor_id":"size-%d","custom_display_name":"Size %d"}`,
			100000+i*1000, 150000+i*1000, i, i))
	}
	return []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],
		"color":{"option":[{"type":"STANDARD_COLOR","is_default":true},{"type":"STANDARD_MONOCHROME"}]},
		"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"},{"type":"SHORT_EDGE"}]},
		"copies":{"default":1,"max":999},"collate":{"default":true},"dpi":{"option":[{"horizontal_dpi":600,"vertical_dpi":600,"is_default":true}]},
		"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true},` + strings.Join(sizes, ",") + `]}}}`)
}
