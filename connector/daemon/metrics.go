package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"platen/connector"
	"platen/connector/control"
	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/config"
	"platen/internal/metrics"
)

// stages are the parts of a job's way that are timed, all by the connector's own clock: a
// difference of two clocks would say nothing.
var stages = []struct {
	name, help string
	from, to   []gcp.Hop // the first that happened counts
}{
	{"notify", "From the hint about a job, as it was read, to the answer that brought the job.", []gcp.Hop{gcp.HopPushed}, []gcp.Hop{gcp.HopFetched}},
	{"fetch", "From when the printer's loop asked the cloud to the answer that brought the job.", []gcp.Hop{gcp.HopHinted}, []gcp.Hop{gcp.HopFetched}},
	{"spool", "From the answer that brought a job to its document on the disk.", []gcp.Hop{gcp.HopFetched}, []gcp.Hop{gcp.HopSpooled}},
	{"print", "From the document on the disk to the printer's word that the job ended.", []gcp.Hop{gcp.HopSpooled}, []gcp.Hop{gcp.HopEnded}},
	{"job_end_to_end", "From the first word of a job to the report of its end.", []gcp.Hop{gcp.HopPushed, gcp.HopFetched}, []gcp.Hop{gcp.HopReported}},
}

// figures are what is counted of jobs while the daemon runs.
type figures struct {
	registry *prometheus.Registry
	jobs     *prometheus.CounterVec
	stages   []prometheus.Histogram // of stages
}

// newFigures makes the registry of a daemon, and has it looked at when somebody asks.
func newFigures(d *Daemon) *figures {
	f := &figures{registry: metrics.New("platen", d.version), jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "platen_jobs_total", Help: "Jobs whose end the cloud knows.",
	}, []string{"printer", "result"})}
	f.registry.MustRegister(f.jobs, look{d})
	for _, s := range stages {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "platen_" + s.name + "_seconds", Help: s.help, Buckets: metrics.Seconds[:]})
		f.stages = append(f.stages, h)
		f.registry.MustRegister(h)
	}
	return f
}

// ended counts a job.
func (f *figures) ended(j connector.JobStatus) {
	f.jobs.WithLabelValues(string(j.Printer), result(j)).Inc()
	for i, s := range stages {
		from, to := earliest(j.Trace, s.from), earliest(j.Trace, s.to)
		if from > 0 && to >= from { // a clock that was set meanwhile says nothing
			f.stages[i].Observe((time.Duration(to-from) * time.Microsecond).Seconds())
		}
	}
}

// earliest returns when the first of some hops happened that did; 0 for none.
func earliest(t gcp.Trace, hops []gcp.Hop) int64 {
	for _, h := range hops {
		if t[h] > 0 {
			return t[h]
		}
	}
	return 0
}

// result says in a word how a job ended.
func result(j connector.JobStatus) string {
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
type look struct{ d *Daemon }

var (
	connectedDesc = prometheus.NewDesc("platen_connected", "Whether notifications flow, by the way over which they do.", []string{"way"}, nil)
	connectsDesc  = prometheus.NewDesc("platen_connects_total", "Connections for notifications that were made.", nil, nil)
	lossesDesc    = prometheus.NewDesc("platen_reconnects_total", "Connections for notifications that ended, so that another one was looked for, by why.", []string{"reason"}, nil)
	failuresDesc  = prometheus.NewDesc("platen_connect_failures_total", "Tries to connect that failed, by why.", []string{"reason"}, nil)
	refusedDesc   = prometheus.NewDesc("platen_credentials_refused", "Whether the cloud refuses this connector: it must be paired again.", nil, nil)
	inHandDesc    = prometheus.NewDesc("platen_jobs_in_hand", "Jobs that were taken and whose end the cloud does not know.", nil, nil)
	printerDesc   = prometheus.NewDesc("platen_printer_state", "The state that each printer is in: idle, processing, stopped, missing, removed or not shared.", []string{"printer", "state"}, nil)
	spoolDesc     = prometheus.NewDesc("platen_spool_bytes", "What the documents and the journal of jobs in hand take on the disk.", nil, nil)
	freeDesc      = prometheus.NewDesc("platen_spool_free_bytes", "What the disk of the spool has left.", nil, nil)
	troubleDesc   = prometheus.NewDesc("platen_failing", "Whether something fails now that is tried again; the log and 'platen status' say what.", nil, nil)
)

// Describe implements prometheus.Collector.
func (look) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		connectedDesc, connectsDesc, lossesDesc, failuresDesc, refusedDesc, inHandDesc, printerDesc, spoolDesc, freeDesc, troubleDesc,
	} {
		out <- d
	}
}

// lookTime bounds what a scrape waits for the connector.
const lookTime = 4 * time.Second

// Collect implements prometheus.Collector.
func (l look) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	l.channel(out, gauge)
	folder := l.d.spoolFolder()
	if n, err := spool.Size(folder); err == nil {
		gauge(spoolDesc, float64(n))
	}
	if n, err := spool.Free(folder); err == nil {
		gauge(freeDesc, float64(n))
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	snap, err := l.d.connector.Snapshot(ctx)
	if err != nil {
		return // what is not known is not shown
	}
	gauge(inHandDesc, float64(len(snap.Jobs)))
	gauge(troubleDesc, truth(snap.Trouble != ""))
	for _, p := range snap.Printers {
		shown := listed(p)
		gauge(printerDesc, 1, string(shown.Name), shown.State)
	}
}

// channel tells how notifications come.
func (l look) channel(out chan<- prometheus.Metric, gauge func(*prometheus.Desc, float64, ...string)) {
	ch := l.d.channel.Status()
	count := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	for _, way := range l.d.ways.Rungs() {
		gauge(connectedDesc, truth(ch.Connected && way.Current), way.Name)
	}
	gauge(refusedDesc, truth(ch.Refused))
	count(connectsDesc, ch.Connects)
	for reason, n := range ch.Losses {
		count(lossesDesc, n, string(reason))
	}
	for reason, n := range ch.Failures {
		count(failuresDesc, n, string(reason))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// alive returns an error if the connector's loops do not answer.
func (d *Daemon) alive(ctx context.Context) error {
	if _, err := d.connector.Snapshot(ctx); err != nil {
		return fmt.Errorf("the loops of the printers do not answer: %w", err)
	}
	return nil
}

// ready returns why no job can come now, or can be taken.
func (d *Daemon) ready(ctx context.Context) error {
	s, err := d.Status(ctx)
	if err != nil {
		return err
	}
	var errs []error
	switch {
	case s.Cloud.Refused:
		errs = append(errs, errors.New(s.Cloud.LastError))
	case !s.Cloud.Connected:
		errs = append(errs, fmt.Errorf("notifications do not flow: %s", s.Cloud.LastError))
	case s.Standing == gcp.StandingStandby:
		errs = append(errs, errors.New("another installation with these credentials prints: this one stands by"))
	}
	if !d.dir.Room(0) {
		errs = append(errs, errors.New("the disk is too full to take jobs"))
	}
	return errors.Join(errs...)
}

// observed is the control socket's handler, with the metrics beside it.
func (d *Daemon) observed(commands http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", commands)
	pages := metrics.Handler(d.figures.registry, metrics.Health{Alive: d.alive, Ready: d.ready})
	for _, path := range metrics.Paths() {
		mux.Handle(path, pages)
	}
	return mux
}

// listenMetrics opens the address of the settings; nil where there is none.
func (d *Daemon) listenMetrics(ctx context.Context) (net.Listener, error) {
	if d.cfg.MetricsListen == "" {
		return nil, nil //nolint:nilnil // nothing listens
	}
	l, err := metrics.Listen(ctx, d.cfg.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("metrics_listen: %w", err)
	}
	return l, nil
}

// serveMetrics answers at l until ctx ends.
func (d *Daemon) serveMetrics(ctx context.Context, l net.Listener) error {
	return metrics.Serve(ctx, l, metrics.Handler(d.figures.registry, metrics.Health{Alive: d.alive, Ready: d.ready}))
}

// checkMetrics refuses an address that others could ask.
func (c Config) checkMetrics() error {
	if err := metrics.Check(c.MetricsListen); err != nil {
		return &config.Wrong{Key: "metrics_listen", Value: c.MetricsListen, Want: err.Error()}
	}
	return nil
}

// controlServer answers at the control socket.
func (d *Daemon) controlServer() *http.Server {
	server := control.NewServer(d)
	server.Handler = d.observed(server.Handler)
	return server
}
