package api

import (
	"time"

	"platen/cloud"
	"platen/gcp"
)

// maxWait is the longest time that a call waits for a job to change.
const maxWait = 30 * time.Second

// timeLimit is how long a call may take.
func (c *call) timeLimit() time.Duration {
	switch c.name {
	case "job":
		return ordinaryTime + maxWait
	case "notifications":
		return ordinaryTime + maxListen
	}
	return ordinaryTime
}

// job shows one job: at once, or with the argument wait when it is not as the caller
// knows it any more, has ended, or the wait is over.
func (h *handler) job(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	var view cloud.JobView
	if wait := c.args.seconds("wait", maxWait); wait > 0 {
		view, err = h.cfg.Service.AwaitJob(c.ctx, c.caller, cloud.JobWait{
			Job: id, Since: gcp.Millis(c.args.long("since")), For: wait, Stop: h.cfg.Stopping,
		})
	} else {
		view, err = h.cfg.Service.Job(c.ctx, c.caller, id)
	}
	if err != nil {
		return err
	}
	c.write(&jobAnswer{c.done(""), c.jobOf(&view, c.jobFields())})
	return nil
}

// trace shows what happened to a job, hop by hop.
func (h *handler) trace(c *call) error {
	view, err := c.shownJob()
	if err != nil {
		return err
	}
	c.write(&traceAnswer{c.done(""), view.TraceReport()})
	return nil
}
