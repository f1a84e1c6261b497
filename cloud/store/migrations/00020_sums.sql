-- +goose Up
-- Reports of long times add up person by person: in this order nothing is sorted.
CREATE INDEX month_sums_person ON month_sums (kind, owner, month, printer, jobs, pages, owner_email);
