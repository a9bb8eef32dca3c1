# make run      build, make a demo database with sound when there is none, serve it
# make test     install what the tests need, run all of them
# make torture  the same, with every kind of call that the PBX of the tests can make
# make bench    measure against the limit program; BENCH="--rows 100000 --only W1,W3" for less
# make check    formatting and lints

DEMO   := target/demo
LISTEN := 127.0.0.1:8080
BIN    := target/release/tapeline

.PHONY: build run test torture check bench tools chromium sox nginx readers

build: tools
	cargo build --release

run: build
	@test -e $(DEMO)/login.txt || { rm -rf $(DEMO) && mkdir -p $(DEMO) && \
	  $(BIN) demo --db $(DEMO)/recordings.db --media-root $(DEMO)/sound > $(DEMO)/making.txt && \
	  mv $(DEMO)/making.txt $(DEMO)/login.txt; }
	@cat $(DEMO)/login.txt
	@$(BIN) serve --db $(DEMO)/recordings.db --media-root $(DEMO)/sound --listen $(LISTEN)

test: tools chromium sox readers
	tests/run

torture: export TAPELINE_TORTURE = 1
torture: test

check: tools
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

bench: build nginx
	cargo bench --bench lists -- $(BENCH)

# A C compiler for SQLite; the plain sqlite3 shell is the other program that writes while we serve.
tools:
	@command -v cc >/dev/null && command -v sqlite3 >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev sqlite3; }

# What the tests make sound with, and compare ours to.
sox:
	@command -v sox >/dev/null && command -v opusenc >/dev/null && sox --help | grep -q ' mp3 ' || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends sox libsox-fmt-all opus-tools; }

# What the tests open exports with.
readers:
	@command -v python3 >/dev/null && command -v unzip >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 unzip; }

# What sound is measured against. It is not to serve anything here, so it isn't started.
nginx:
	@test -x /usr/sbin/nginx || \
	  { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends nginx-light; }

# What the viewer's tests drive.
chromium:
	@test -x /usr/bin/chromium && command -v npm >/dev/null && fc-list 2>/dev/null | grep -q Noto || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium nodejs npm fontconfig fonts-noto-core fonts-noto-cjk; }
