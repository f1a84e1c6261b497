-- +goose Up
-- Words of jobs are found by their characters, three at a time: full text search is
-- SQLite's (FTS5); PostgreSQL has pg_trgm for it.

CREATE INDEX jobs_ord ON jobs (ord);

-- What a job is found by, ended by the beginning of its printer's id behind a character
-- that no word has: lists of few printers are among many of others.
CREATE VIEW job_texts AS
SELECT id, ord, title || char(10)
    || COALESCE((SELECT group_concat(value, char(10)) FROM json_each(CASE WHEN json_valid(tags) THEN tags ELSE 'null' END)), '')
    || char(10) || printer_name || char(10) || owner_email
    || char(10) || char(1) || substr(printer, 1, 5) AS text
FROM jobs;

-- Only that a text has three characters is kept, not where, nor the text.
CREATE VIRTUAL TABLE job_words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);

-- Those that there are go in with more memory than is good for one at a time.
INSERT INTO job_words (job_words, rank) VALUES ('hashsize', 16777216);
INSERT INTO job_words (rowid, text) SELECT ord, text FROM job_texts ORDER BY ord;
INSERT INTO job_words (job_words, rank) VALUES ('hashsize', 1048576);

-- These words of a job never change.
-- +goose StatementBegin
CREATE TRIGGER job_words_added AFTER INSERT ON jobs BEGIN
    INSERT INTO job_words (rowid, text) SELECT ord, text FROM job_texts WHERE id = new.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER job_words_removed AFTER DELETE ON jobs BEGIN
    DELETE FROM job_words WHERE rowid = old.ord;
END;
-- +goose StatementEnd

-- What was printed in whole months: by each person at each printer ('all'), and by each
-- person ('person') and at each printer ('printer') together. Reports of years read this.
CREATE TABLE month_sums (
    kind         TEXT NOT NULL,
    printer      TEXT NOT NULL,
    month        TEXT NOT NULL, -- such as 2026-11
    owner        TEXT NOT NULL,
    printer_name TEXT NOT NULL,
    owner_email  TEXT NOT NULL,
    jobs         BIGINT NOT NULL,
    pages        BIGINT NOT NULL,
    PRIMARY KEY (kind, printer, month, owner)
) WITHOUT ROWID;
CREATE INDEX month_sums_month ON month_sums (kind, month);

INSERT INTO month_sums SELECT 'all', printer, substr(day, 1, 7), owner, MAX(printer_name), MAX(owner_email), SUM(jobs), SUM(pages)
FROM sums GROUP BY 2, 3, 4;
INSERT INTO month_sums SELECT 'person', '', month, owner, '', MAX(owner_email), SUM(jobs), SUM(pages)
FROM month_sums WHERE kind = 'all' GROUP BY month, owner;
INSERT INTO month_sums SELECT 'printer', printer, month, '', MAX(printer_name), '', SUM(jobs), SUM(pages)
FROM month_sums WHERE kind = 'all' GROUP BY printer, month;

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
