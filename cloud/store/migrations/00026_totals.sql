-- +goose Up
-- Whoever printed, and every printer that did, by a short number, with all that was counted.
CREATE TABLE counted (
    id    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL, -- person or printer
    thing TEXT NOT NULL, -- the id of the account or the printer
    name  TEXT NOT NULL, -- the address or the name, as it was last
    jobs  BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    UNIQUE (kind, thing)
);

-- What each had printed by the end of a day on which it printed, since the first: what was
-- printed in a time of any length is the difference of two rows.
CREATE TABLE totals (
    counted BIGINT NOT NULL,
    day     TEXT NOT NULL,
    jobs    BIGINT NOT NULL,
    pages   BIGINT NOT NULL,
    PRIMARY KEY (counted, day)
) WITHOUT ROWID;

-- The name is that of the last month: SQLite takes a column beside MAX from its row.
INSERT INTO counted (kind, thing, name, jobs, pages)
SELECT 'person', owner, owner_email, jobs, pages FROM (
    SELECT owner, owner_email, MAX(month), SUM(jobs) AS jobs, SUM(pages) AS pages FROM month_sums WHERE kind = 'person' GROUP BY owner);
INSERT INTO counted (kind, thing, name, jobs, pages)
SELECT 'printer', printer, printer_name, jobs, pages FROM (
    SELECT printer, printer_name, MAX(month), SUM(jobs) AS jobs, SUM(pages) AS pages FROM month_sums WHERE kind = 'printer' GROUP BY printer);

INSERT INTO totals
SELECT id, day, SUM(jobs) OVER past, SUM(pages) OVER past FROM (
    SELECT c.id, day, SUM(s.jobs) AS jobs, SUM(s.pages) AS pages
    FROM sums s CROSS JOIN counted c ON c.kind = 'person' AND c.thing = owner GROUP BY c.id, day)
WINDOW past AS (PARTITION BY id ORDER BY day ROWS UNBOUNDED PRECEDING);
INSERT INTO totals
SELECT id, day, SUM(jobs) OVER past, SUM(pages) OVER past FROM (
    SELECT c.id, s.* FROM (SELECT day, printer, SUM(jobs) AS jobs, SUM(pages) AS pages FROM sums GROUP BY day, printer) s
    CROSS JOIN counted c ON c.kind = 'printer' AND c.thing = s.printer)
WINDOW past AS (PARTITION BY id ORDER BY day ROWS UNBOUNDED PRECEDING);

-- Months are added up by person at each printer ('all') and by printer ('printer') alone now.
DROP INDEX month_sums_person;
DELETE FROM month_sums WHERE kind = 'person';
DROP TRIGGER month_sums_added;
DROP TRIGGER month_sums_changed;

-- +goose StatementBegin
CREATE TRIGGER month_sums_added AFTER INSERT ON sums BEGIN
    INSERT INTO month_sums VALUES
        ('all', new.printer, substr(new.day, 1, 7), new.owner, new.printer_name, new.owner_email, new.jobs, new.pages),
        ('printer', new.printer, substr(new.day, 1, 7), '', new.printer_name, '', new.jobs, new.pages)
    ON CONFLICT (kind, printer, month, owner) DO UPDATE SET printer_name = excluded.printer_name,
        owner_email = excluded.owner_email, jobs = month_sums.jobs + excluded.jobs, pages = month_sums.pages + excluded.pages;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_sums_changed AFTER UPDATE ON sums BEGIN
    UPDATE month_sums SET jobs = jobs + new.jobs - old.jobs, pages = pages + new.pages - old.pages,
        printer_name = new.printer_name, owner_email = CASE kind WHEN 'printer' THEN '' ELSE new.owner_email END
    WHERE month = substr(new.day, 1, 7) AND (kind, printer, owner) IN (VALUES
        ('all', new.printer, new.owner), ('printer', new.printer, ''));
END;
-- +goose StatementEnd

-- A day of which nothing was counted begins with what there was before it. What is counted
-- late counts in the days after it, too.
-- +goose StatementBegin
CREATE TRIGGER totals_added AFTER INSERT ON sums BEGIN
    INSERT INTO counted (kind, thing, name, jobs, pages) VALUES
        ('person', new.owner, new.owner_email, new.jobs, new.pages), ('printer', new.printer, new.printer_name, new.jobs, new.pages)
    ON CONFLICT (kind, thing) DO UPDATE SET name = excluded.name, jobs = counted.jobs + excluded.jobs, pages = counted.pages + excluded.pages;
    INSERT INTO totals
    SELECT c.id, new.day, COALESCE(t.jobs, 0), COALESCE(t.pages, 0) FROM counted c
        LEFT JOIN totals t ON t.counted = c.id AND t.day = (SELECT MAX(day) FROM totals WHERE counted = c.id AND day < new.day)
    WHERE (kind, thing) IN (VALUES ('person', new.owner), ('printer', new.printer))
    ON CONFLICT (counted, day) DO NOTHING;
    UPDATE totals SET jobs = jobs + new.jobs, pages = pages + new.pages WHERE day >= new.day
        AND counted IN (SELECT id FROM counted WHERE (kind, thing) IN (VALUES ('person', new.owner), ('printer', new.printer)));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER totals_changed AFTER UPDATE ON sums BEGIN
    UPDATE counted SET jobs = jobs + new.jobs - old.jobs, pages = pages + new.pages - old.pages,
        name = CASE kind WHEN 'person' THEN new.owner_email ELSE new.printer_name END
    WHERE (kind, thing) IN (VALUES ('person', new.owner), ('printer', new.printer));
    UPDATE totals SET jobs = jobs + new.jobs - old.jobs, pages = pages + new.pages - old.pages WHERE day >= new.day
        AND counted IN (SELECT id FROM counted WHERE (kind, thing) IN (VALUES ('person', new.owner), ('printer', new.printer)));
END;
-- +goose StatementEnd
