# make run      build, make a demo database with sound when there is none, serve it
# make test     install what the tests need, run all of them; T="api browser" for these pieces only, of
#               unit    functions, beside their code            browser   the page, in Chromium
#               doc     the examples of the documents           pbx       beside a real Asterisk (as root)
#               api     the program, through its sockets        install   what `tests/install/need` installs (as root)
# make torture  the same, with every kind of call that the PBX of the tests can make, more rounds, and packages installed
# make bench    measure against the limit program; BENCH="--rows 100000 --only W1,W3" for less
# make slow     measure what a slow line makes of the page, in Chromium
# make check    formatting, lints and documents
#
# What a target needs and is missing is installed by tests/install/need.

DEMO   := target/demo
LISTEN := 127.0.0.1:8080
BIN    := target/release/tapeline

.PHONY: build run test torture check bench slow tools

build: tools
	cargo build --release

run: build
	@test -e $(DEMO)/login.txt || { rm -rf $(DEMO) && mkdir -p $(DEMO) && \
	  $(BIN) demo --db $(DEMO)/recordings.db --media-root $(DEMO)/sound > $(DEMO)/making.txt && \
	  mv $(DEMO)/making.txt $(DEMO)/login.txt; }
	@cat $(DEMO)/login.txt
	@$(BIN) serve --db $(DEMO)/recordings.db --media-root $(DEMO)/sound --listen $(LISTEN)

test:
	@tests/run $(T)

torture: export TAPELINE_TORTURE = 1
torture: test

check: tools
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items

bench: build
	@tests/install/need bench
	cargo bench --bench lists -- $(BENCH)

slow: build
	@tests/install/need browser
	npm --prefix tests/browser ci --no-audit --no-fund
	node tests/bench/page.js

tools:
	@tests/install/need build
