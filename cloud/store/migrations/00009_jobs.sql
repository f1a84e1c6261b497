-- +goose Up
-- Lists of jobs read their page and no more, in the order in which it is shown.
CREATE INDEX jobs_time ON jobs (create_time, ord);
CREATE INDEX jobs_live ON jobs (create_time, ord) WHERE end_time = 0;

-- What was printed each day, which is kept longer than the jobs are.
CREATE TABLE sums (
    day          TEXT NOT NULL, -- such as 2026-11-21, in UTC
    printer      TEXT NOT NULL,
    owner        TEXT NOT NULL,
    printer_name TEXT NOT NULL, -- as it was last
    owner_email  TEXT NOT NULL,
    jobs         BIGINT NOT NULL,
    pages        BIGINT NOT NULL,
    PRIMARY KEY (day, printer, owner)
);

-- What is still known of the time before, as Job.Counted counts it. The functions
-- of dates and of JSON are SQLite's.
INSERT INTO sums (day, printer, owner, printer_name, owner_email, jobs, pages)
SELECT date(end_time / 1000000, 'unixepoch'), printer, owner, MAX(printer_name), MAX(owner_email), COUNT(*),
    SUM(CASE WHEN pages_printed > 0 THEN pages_printed
        WHEN json_valid(ticket) THEN pages * MAX(1, COALESCE(json_extract(ticket, '$.print.copies.copies'), 1))
        ELSE pages END)
FROM jobs WHERE end_time > 0 AND (state_type = 'DONE' OR pages_printed > 0)
GROUP BY 1, 2, 3;
