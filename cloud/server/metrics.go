package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/gcp"
	"platen/internal/cli"
	"platen/internal/config"
	"platen/internal/metrics"
)

// figures are what is counted while the server runs.
type figures struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by route and status
	times    *prometheus.HistogramVec // by route
	commits  prometheus.Histogram
	writes   prometheus.Counter
	renders  *prometheus.CounterVec // by result
	drawing  prometheus.Histogram
	ended    *prometheus.CounterVec // jobs, by result
	notify   prometheus.Histogram
	whole    prometheus.Histogram
}

// newFigures makes the registry of a server, and has it looked at when somebody asks.
func newFigures(s *Server) *figures {
	times := func(name, help string) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: "platen_cloud_" + name + "_seconds", Help: help, Buckets: metrics.Seconds[:]}
	}
	counts := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Name: "platen_cloud_" + name + "_total", Help: help}
	}
	f := &figures{
		registry: metrics.New("platen_cloud", cli.Version()),
		requests: prometheus.NewCounterVec(counts("http_requests", "Requests that were answered."), []string{"route", "status"}),
		times:    prometheus.NewHistogramVec(times("http_request", "From the head of a request to the end of its answer; streams last long."), []string{"route"}),
		commits:  prometheus.NewHistogram(times("store_commit", "Commits of the database; changes that come together share one.")),
		writes:   prometheus.NewCounter(counts("store_writes", "Changes that commits carried.")),
		renders:  prometheus.NewCounterVec(counts("renders", "Documents that were made ready for a printer."), []string{"result"}),
		drawing:  prometheus.NewHistogram(times("render", "Making a document ready, waiting for its turn included.")),
		ended:    prometheus.NewCounterVec(counts("jobs", "Jobs that ended."), []string{"result"}),
		notify:   prometheus.NewHistogram(times("notify", "From the hint about a job to the answer by which its connector took it.")),
		whole:    prometheus.NewHistogram(times("job_end_to_end", "From a job's document to the record of its end.")),
	}
	f.registry.MustRegister(f.requests, f.times, f.commits, f.writes, f.renders, f.drawing, f.ended, f.notify, f.whole, look{s})
	return f
}

// committed counts a commit of the database.
func (f *figures) committed(took time.Duration, writes int) {
	f.commits.Observe(took.Seconds())
	f.writes.Add(float64(writes))
}

// followDelay is how long after its end a job is counted: the times of its hops are written
// down a moment later.
const followDelay = 3 * time.Second

// followPage is how many events are read at a time.
const followPage = 100

// follow counts jobs as they end, until ctx does.
func (f *figures) follow(ctx context.Context, db cloud.Store) {
	after, err := db.LastEvent(ctx)
	for ; err != nil && ctx.Err() == nil; after, err = db.LastEvent(ctx) {
		pause(ctx, followDelay)
	}
	for ctx.Err() == nil {
		err := db.AwaitEvents(ctx, after)
		pause(ctx, followDelay)
		var events []cloud.Event
		if err == nil {
			// Counting is no reason to end: that the database fails is told by who needs it.
			events, _ = db.Events(ctx, after, followPage)
		}
		for _, e := range events {
			after = e.Seq
			f.event(ctx, db, e)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// event counts the end of a job; what is said of it later is no second end.
func (f *figures) event(ctx context.Context, db cloud.Store, e cloud.Event) {
	if e.Kind != cloud.EventJobState || !e.State.Ended() {
		return
	}
	j, _, err := db.Job(ctx, e.Job)
	if err != nil || !j.EndTime.Equal(e.Time) {
		return
	}
	f.ended.WithLabelValues(result(j)).Inc()
	observe := func(h prometheus.Histogram, from, to gcp.Hop) {
		if j.Trace[from] > 0 && j.Trace[to] >= j.Trace[from] {
			h.Observe((time.Duration(j.Trace[to]-j.Trace[from]) * time.Microsecond).Seconds())
		}
	}
	observe(f.notify, gcp.HopNotified, gcp.HopOffered)
	observe(f.whole, gcp.HopReceived, gcp.HopRecorded)
}

// result says in a word how a job ended.
func result(j cloud.Job) string {
	switch {
	case j.State.Type == gcp.JobDone:
		return "done"
	case j.Unconfirmed:
		return "unconfirmed"
	case j.State.UserAction != nil:
		return "cancelled"
	}
	return "failed"
}

// look is what is looked up at each scrape.
type look struct{ s *Server }

var (
	jobsDesc       = prometheus.NewDesc("platen_cloud_jobs", "Jobs that have not ended, by state.", []string{"state"}, nil)
	streamsDesc    = prometheus.NewDesc("platen_cloud_streams", "Streams that are open here, by whose they are.", []string{"of"}, nil)
	linkDesc       = prometheus.NewDesc("platen_cloud_xmpp_server_connected", "Whether the XMPP server that carries the hints is connected.", nil, nil)
	printersDesc   = prometheus.NewDesc("platen_cloud_printers", "Printers.", nil, nil)
	connectorsDesc = prometheus.NewDesc("platen_cloud_connectors", "Connectors that are paired.", nil, nil)
	onlineDesc     = prometheus.NewDesc("platen_cloud_connectors_online", "Connectors that are there.", nil, nil)
	peopleDesc     = prometheus.NewDesc("platen_cloud_people", "Accounts.", nil, nil)
	documentsDesc  = prometheus.NewDesc("platen_cloud_documents", "Documents that are kept.", nil, nil)
	bytesDesc      = prometheus.NewDesc("platen_cloud_document_bytes", "What the documents take on the disk.", nil, nil)
	freeDesc       = prometheus.NewDesc("platen_cloud_disk_free_bytes", "What the disk of the state folder has left.", nil, nil)
	backupDesc     = prometheus.NewDesc("platen_cloud_last_backup_timestamp_seconds", "When the last backup was written; absent if none was.", nil, nil)
)

// Describe implements prometheus.Collector.
func (look) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		jobsDesc, streamsDesc, linkDesc, printersDesc, connectorsDesc, onlineDesc, peopleDesc, documentsDesc, bytesDesc, freeDesc, backupDesc,
	} {
		out <- d
	}
}

// lookTime bounds what a scrape waits for the database.
const lookTime = 4 * time.Second

// openStates are those of jobs that have not ended: each is shown, also where it is nobody's.
var openStates = []gcp.JobStateType{gcp.JobDraft, gcp.JobHeld, gcp.JobQueued, gcp.JobInProgress, gcp.JobStopped}

// Collect implements prometheus.Collector. What cannot be looked up is not shown.
func (l look) Collect(out chan<- prometheus.Metric) {
	s := l.s
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	if open, err := s.db.OpenJobs(ctx); err == nil {
		for _, state := range openStates {
			gauge(jobsDesc, float64(open[state]), string(state))
		}
	}
	if c, err := s.db.Census(ctx, time.Now()); err == nil {
		for d, n := range map[*prometheus.Desc]int{
			printersDesc: c.Printers, connectorsDesc: c.Connectors, onlineDesc: c.Online, peopleDesc: c.People, documentsDesc: c.Documents,
		} {
			gauge(d, float64(n))
		}
		gauge(bytesDesc, float64(c.Bytes))
	}
	if space, err := blob.SpaceAt(s.cfg.StateDir); err == nil {
		gauge(freeDesc, float64(space.Free))
	}
	if at := backedUp(s.cfg.StateDir); !at.IsZero() {
		gauge(backupDesc, float64(at.Unix()))
	}
	robots, people := s.push.Streams()
	gauge(streamsDesc, float64(robots), "connectors")
	gauge(streamsDesc, float64(people), "people")
	if s.link != nil {
		up := 0.0
		if s.link.Connected() {
			up = 1
		}
		gauge(linkDesc, up)
	}
}

// ready returns what keeps the service from its work.
func (s *Server) ready(ctx context.Context) error {
	var errs []error
	if _, err := s.db.LastEvent(ctx); err != nil {
		errs = append(errs, fmt.Errorf("the database cannot be read: %w", err))
	}
	if s.blobs.Room(ctx) != nil {
		errs = append(errs, errors.New("the disk is too full to take documents"))
	}
	if s.link != nil && !s.link.Connected() {
		errs = append(errs, errors.New("the XMPP server is away: notifications go over HTTPS alone"))
	}
	return errors.Join(errs...)
}

// alive returns an error if the database's writer does not answer.
func (s *Server) alive(ctx context.Context) error {
	if err := s.db.Flush(ctx); err != nil && ctx.Err() != nil {
		return fmt.Errorf("the database's writer does not answer: %w", err)
	}
	return nil
}

// listenMetrics opens the address of the settings, if there is one.
func (s *Server) listenMetrics(ctx context.Context) (err error) {
	if s.cfg.MetricsListen == "" {
		return nil
	}
	if s.scraped, err = metrics.Listen(ctx, s.cfg.MetricsListen); err != nil {
		return fmt.Errorf("metrics_listen: %w", err)
	}
	return nil
}

// serveMetrics answers at l until ctx ends, and counts meanwhile.
func (s *Server) serveMetrics(ctx context.Context, l net.Listener) error {
	s.db.Observe(s.figures.committed)
	var counting sync.WaitGroup
	defer counting.Wait()
	counting.Go(func() { s.figures.follow(ctx, s.db) })
	return metrics.Serve(ctx, l, metrics.Handler(s.figures.registry, metrics.Health{Alive: s.alive, Ready: s.ready}))
}

// checkMetrics refuses an address that others could ask.
func (c Config) checkMetrics() error {
	if err := metrics.Check(c.MetricsListen); err != nil {
		return &config.Wrong{Key: "metrics_listen", Value: c.MetricsListen, Want: err.Error()}
	}
	return nil
}
