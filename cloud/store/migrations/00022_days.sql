-- +goose Up
-- The days of a report are read in the order of their key: with their rows beside it, not
-- behind it, that takes half the time, and the key is kept once.
DROP TRIGGER month_sums_added;
DROP TRIGGER month_sums_changed;
ALTER TABLE sums RENAME TO sums_before;
CREATE TABLE sums (
    day          TEXT NOT NULL, -- such as 2026-11-21, in UTC
    printer      TEXT NOT NULL,
    owner        TEXT NOT NULL,
    printer_name TEXT NOT NULL, -- as it was last
    owner_email  TEXT NOT NULL,
    jobs         BIGINT NOT NULL,
    pages        BIGINT NOT NULL,
    PRIMARY KEY (day, printer, owner)
) WITHOUT ROWID;
INSERT INTO sums SELECT day, printer, owner, printer_name, owner_email, jobs, pages FROM sums_before ORDER BY day, printer, owner;
DROP TABLE sums_before;

-- +goose StatementBegin
CREATE TRIGGER month_sums_added AFTER INSERT ON sums BEGIN
    INSERT INTO month_sums VALUES
        ('all', new.printer, substr(new.day, 1, 7), new.owner, new.printer_name, new.owner_email, new.jobs, new.pages),
        ('person', '', substr(new.day, 1, 7), new.owner, '', new.owner_email, new.jobs, new.pages),
        ('printer', new.printer, substr(new.day, 1, 7), '', new.printer_name, '', new.jobs, new.pages)
    ON CONFLICT (kind, printer, month, owner) DO UPDATE SET printer_name = excluded.printer_name,
        owner_email = excluded.owner_email, jobs = month_sums.jobs + excluded.jobs, pages = month_sums.pages + excluded.pages;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_sums_changed AFTER UPDATE ON sums BEGIN
    UPDATE month_sums SET jobs = jobs + new.jobs - old.jobs, pages = pages + new.pages - old.pages,
        printer_name = CASE kind WHEN 'person' THEN '' ELSE new.printer_name END,
        owner_email = CASE kind WHEN 'printer' THEN '' ELSE new.owner_email END
    WHERE month = substr(new.day, 1, 7) AND (kind, printer, owner) IN (VALUES
        ('all', new.printer, new.owner), ('person', '', new.owner), ('printer', new.printer, ''));
END;
-- +goose StatementEnd
