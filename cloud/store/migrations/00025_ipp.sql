-- +goose Up
-- IPP knows a printer's jobs by numbers, which are never given twice as long as the printer
-- is there. A number is given before its job comes; then job is ''.
CREATE TABLE ipp_numbers (
    printer TEXT NOT NULL,
    number  BIGINT NOT NULL,
    job     TEXT NOT NULL,
    PRIMARY KEY (printer, number)
);

CREATE INDEX ipp_numbers_job ON ipp_numbers (job) WHERE job <> '';

-- +goose StatementBegin
CREATE TRIGGER ipp_numbers_job_removed AFTER DELETE ON jobs BEGIN
    DELETE FROM ipp_numbers WHERE job = OLD.id AND job <> ''
        AND number < (SELECT MAX(n.number) FROM ipp_numbers n WHERE n.printer = ipp_numbers.printer);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ipp_numbers_printer_removed AFTER DELETE ON printers BEGIN
    DELETE FROM ipp_numbers WHERE printer = OLD.id;
END;
-- +goose StatementEnd
