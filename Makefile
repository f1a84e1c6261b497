# Platen needs Go and make; the tests also use Debian's packages and modules of node (tools/testdeps.sh installs them).
tool := go tool -modfile=tools/go.mod
export CGO_ENABLED := 0

# The packages whose tests run goroutines against each other.
concurrent := ./cloud/... ./connector/... ./cups ./gcp/client ./notify/... ./internal/vprinter

# Packages with files for Windows, whose tests build for it.
windows := ./connector/control ./internal/disk ./internal/filelock ./internal/private ./internal/service ./printer/spooler

.PHONY: build demo test race check lint fmt dead fuzz bench screenshots soak soak-short packages msi testdeps clean

build: ; go build -trimpath -o bin/ ./cmd/...

# Cloud, connector and a virtual printer in one process; stop it with Ctrl-C.
demo: build ; ./bin/platen-cloud demo --dir demo

testdeps: ; @tools/testdeps.sh

# The tests of the whole programs take longest and mostly wait: they begin first. The
# simulator comes by itself: it keeps both processors busy, which the others measure.
test: testdeps
	go run ./internal/report go test -shuffle=on -timeout 18m ./internal/e2e $$(go list ./... | grep -vE '/internal/(sim|e2e)$$')
	go run ./internal/report go test -timeout 18m ./internal/sim

# Without the tables of who may do what: they ask thousands of questions, one after another.
race: testdeps
	CGO_ENABLED=1 go run ./internal/report go test -race -shuffle=on -timeout 18m -skip 'ForEveryCaller$$' $(concurrent)

check: lint test

lint:
	$(tool) golangci-lint run
	GOOS=windows go build ./cmd/...
	GOOS=windows go vet $(windows)
	GOOS=darwin GOARCH=arm64 go build ./cmd/...
	go fix -diff ./...
	go mod tidy -diff

fmt:   ; $(tool) golangci-lint fmt

dead:  ; $(tool) deadcode -test ./...

# Each fuzz target for FUZZTIME.
FUZZTIME ?= 2m
fuzz: ; @tools/fuzz.sh $(FUZZTIME)

# One table of latency, throughput, memory and pages, measured in one run.
bench: testdeps build ; go run ./internal/bench
	@go test -count=1 -timeout 5m -run TestFleet -v ./internal/e2e -fleet 400

# Pictures of every screen, light, dark and on a phone, in build/screenshots; those of
# the README in docs/pictures.
screenshots: testdeps build ; go run ./internal/screens -bin bin -readme docs/pictures

# Both programs under load and faults for half an hour, after the tests that make
# test has no time for in full: the crash test over every hop, and the simulator.
soak: testdeps build
	PLATEN_SOAK=1 go run ./internal/report go test -count=1 -timeout 240m ./internal/e2e ./internal/sim
	go run ./internal/soak

# Ten minutes of it, with 50 queues.
soak-short: testdeps build ; go run ./internal/soak --minutes 10 --queues 50

# Packages for Linux, archives for macOS and the installer for Windows, with checksums, in build/packages.
packages: msi ; go run ./internal/packages $(if $(VERSION),-version $(VERSION))

# The connector's installer for Windows (wixl, msitools), in build/packages. Its version is three numbers.
msi:
	GOOS=windows GOARCH=amd64 go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X platen/internal/cli.version=$(or $(VERSION),0.0.0)" \
		-o build/windows/platen.exe ./cmd/platen
	packaging/windows/msi.sh $(or $(VERSION),0.0.0) build/windows/platen.exe build/packages/platen-$(or $(VERSION),0.0.0).msi

clean: ; rm -rf bin build demo platen-demo
