package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"platen/cloud"
)

// The index of words knows which texts have three characters that follow each other.
// A longer word is looked for by as many threes as cover it, and then in the texts.
const (
	gram        = 3
	mostGrams   = 10     // of one word
	mostWords   = 8      // of one search
	idMark      = 5      // how much of a printer's id the index has
	printerMark = "\x01" // before it
	byWords     = `SELECT rowid AS key FROM job_words WHERE job_words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC`
	rangeOfJobs = `SELECT COALESCE((SELECT MIN(ord) FROM jobs), 0), COALESCE((SELECT MAX(ord) FROM jobs), -1) + 1`
	firstFrom   = `SELECT create_time, ord FROM jobs WHERE ord >= ? ORDER BY ord LIMIT 1`
)

// Words that are in most jobs, but never together, are looked for in much of the
// index. So it is read a part at a time, and a page ends with what was found by then.
const (
	firstPart = 1 << 16 // of the order of jobs; the next parts are as long, or longer
	quickPart = 5 * time.Millisecond
	partsTime = 40 * time.Millisecond
)

// lookByWords returns candidates that the index of words knows, in the order in which
// they came in, and where it stopped; the zero place if there are no more.
func (d *DB) lookByWords(ctx context.Context, f cloud.JobBrowse, match string) (list []candidate, stop cloud.JobPlace, err error) {
	var oldest, end int64
	if err := d.queryRow(ctx, rangeOfJobs).Scan(&oldest, &end); err != nil {
		return nil, stop, fmt.Errorf("look for words: %w", err)
	}
	if !f.Before.IsZero() {
		end = min(end, f.Before.Order)
	}
	begin, part := time.Now(), int64(firstPart)
	for end > oldest && len(list) < f.Limit && time.Since(begin) < partsTime {
		now, first := time.Now(), max(oldest, end-part)
		more, stop, err := d.lookThrough(ctx, f, source{byWords, []any{match, first, end}, "ord"}, f.Limit-len(list))
		list = append(list, more...)
		if err != nil || !stop.IsZero() {
			return list, stop, err
		}
		if end = first; time.Since(now) < quickPart {
			part *= 2
		}
	}
	if end <= oldest {
		return list, stop, nil
	}
	stop, err = scanPlace(d.queryRow(ctx, firstFrom, end))
	return list, stop, err
}

// matchOf is what the index is asked for: "" if it cannot tell, because all words are
// too short.
func matchOf(f cloud.JobBrowse) string {
	var all []string
	for i, word := range cloud.SearchWords(f.Text) {
		if grams := gramsOf(word); len(grams) > 0 && i < mostWords {
			all = append(all, allOf(grams[:min(len(grams), mostGrams)]))
		}
	}
	if len(all) == 0 {
		return ""
	}
	if one := anyPrinter(f); one != "" {
		all = append(all, one)
	}
	return strings.Join(all, " AND ")
}

// anyPrinter is the condition that a job is of one of few printers; "" for any.
func anyPrinter(f cloud.JobBrowse) string {
	if f.Printers == nil || len(f.Printers) > mergedPrinters {
		return ""
	}
	var each []string
	for _, id := range f.Printers {
		grams := gramsOf(printerMark + string(id[:min(len(id), idMark)]))
		if len(grams) == 0 {
			return ""
		}
		each = append(each, allOf(grams))
	}
	return "(" + strings.Join(each, " OR ") + ")"
}

// gramsOf returns threes of characters that cover a text, as strings of FTS5's queries.
func gramsOf(text string) []string {
	var list []string
	runes := []rune(text)
	for i := 0; len(runes) >= gram && i < len(runes); i += gram {
		at := min(i, len(runes)-gram)
		list = append(list, `"`+strings.ReplaceAll(string(runes[at:at+gram]), `"`, `""`)+`"`)
	}
	return list
}

func allOf(grams []string) string { return "(" + strings.Join(grams, " AND ") + ")" }
