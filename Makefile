# Platen needs Go and make; the tests also use Debian's packages (tools/testdeps.sh installs them).
tool := go tool -modfile=tools/go.mod
export CGO_ENABLED := 0

# The packages whose tests run goroutines against each other.
concurrent := ./cloud/... ./connector/... ./cups ./gcp/client ./notify/... ./internal/vprinter

.PHONY: build demo test race check lint fmt dead fuzz bench soak testdeps clean

build: ; go build -trimpath -o bin/ ./cmd/...

# Cloud, connector and a virtual printer in one process; stop it with Ctrl-C.
demo: build ; ./bin/platen-cloud demo --dir demo

testdeps: ; @tools/testdeps.sh

test: testdeps
	go run ./internal/report go test -shuffle=on -timeout 18m ./...

race: testdeps
	CGO_ENABLED=1 go run ./internal/report go test -race -shuffle=on -timeout 18m $(concurrent)

check: lint test

lint:
	$(tool) golangci-lint run
	go fix -diff ./...
	go mod tidy -diff

fmt:   ; $(tool) golangci-lint fmt

dead:  ; $(tool) deadcode -test ./...

# Each fuzz target for FUZZTIME.
FUZZTIME ?= 2m
fuzz: ; @tools/fuzz.sh $(FUZZTIME)

# One table of latency, throughput and memory, measured in one run.
bench: testdeps build ; go run ./internal/bench

# The crash test over every hop, longer than make test has time for.
soak: testdeps ; PLATEN_SOAK=1 go run ./internal/report go test -count=1 -timeout 60m ./internal/e2e

clean: ; rm -rf bin demo platen-demo
