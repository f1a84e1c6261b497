package connector

import (
	"context"

	"platen/gcp"
)

// gone asks the service about the jobs in hand of a printer that its list does not
// have any more: they are told once more. Of a printer that a person deleted, or
// that belongs to somebody else now, they are refused, and dropped unless the local
// printer has them. Of one that is only hidden they go on.
func (c *Connector) gone(ctx context.Context, id gcp.PrinterID) {
	if q := c.queue(id); q != nil {
		q.retell(ctx)
	}
}

// retell tells all jobs in hand once more.
func (q *queue) retell(ctx context.Context) {
	q.post(ctx, func(ctx context.Context) {
		for _, j := range q.jobs {
			j.told = nil
			q.tell(ctx, j)
		}
	})
}
