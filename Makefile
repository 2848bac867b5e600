# The commands of ECCS. A fresh Debian or Ubuntu machine needs Python 3.11 and make; everything else is installed into .venv.

BIN := .venv/bin
CODE := eccs accounts counter helpdesk manifests rms bonds bills exports transit payments reports public api bench tests tools manage.py
DJANGO_ONLY := ECCS_DEMO=1 ECCS_SECRET_KEY=only-for-commands-that-serve-nobody DATABASE_URL=postgres://127.0.0.1:1/none
ARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check format journey bench lighthouse drill hosts load faults attack stop reset vendor lock \
	check-format check-lint check-types check-layers check-templates check-migrations check-diagrams check-parts
.DEFAULT_GOAL := run

run: .venv/installed            ## the whole system in the foreground, at http://127.0.0.1:8000
	@exec $(BIN)/python -m eccs.run serve

test: .venv/installed-dev       ## the whole test suite, on a PostgreSQL and a Redis of its own; ARGS="-k scan" narrows it
	@tools/ensure_chromium
	@tools/ensure_softhsm
	@tools/ensure_clamd
	@tools/ensure_servers
	@tools/ensure_pdf_tools
	@ECCS_DEMO=1 exec $(BIN)/python -m eccs.run beside --quick test $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: check-format check-lint check-types check-layers check-templates check-migrations check-diagrams check-parts  ## everything but the tests

check-format: .venv/installed-dev
	@$(BIN)/ruff format --quiet --diff $(CODE)

check-lint: .venv/installed-dev
	@$(BIN)/ruff check $(CODE)

check-types: .venv/installed-dev
	@$(DJANGO_ONLY) $(BIN)/mypy $(CODE)

check-layers: .venv/installed-dev
	@$(BIN)/lint-imports

check-templates: .venv/installed-dev
	@$(BIN)/djlint templates --lint --quiet

check-migrations: .venv/installed-dev
	@$(DJANGO_ONLY) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(DJANGO_ONLY) DJANGO_SETTINGS_MODULE=eccs.settings $(BIN)/python -W ignore::RuntimeWarning -m tools.survives

check-diagrams: .venv/installed-dev
	@$(DJANGO_ONLY) $(BIN)/python manage.py diagrams --check

check-parts: .venv/installed-dev # asks once a day; where it cannot ask it says so
	@$(BIN)/python tools/audit.py

format: .venv/installed-dev     ## put code into the one form that `make check` asks for
	@$(BIN)/ruff check --fix-only $(CODE)
	@$(BIN)/ruff format $(CODE)

journey: .venv/installed-dev    ## 3,000 shipping bills from a file to two flights in the browser: minutes, so not among the tests
	@ECCS_DEMO=1 ECCS_BROWSER_BILLS=3000 exec $(BIN)/python -m eccs.run beside journey $(BIN)/python -m pytest -n 1 -q --durations=1 tests/browser/test_exports.py -k two_flights

bench: .venv/installed-dev      ## the benchmarks, each beside its floor
	@ECCS_DEMO=1 exec $(BIN)/python -m eccs.run beside bench $(BIN)/python -m bench $(ARGS)

lighthouse: .venv/installed-dev ## Lighthouse over the pages of the public, in both languages: minutes, and it needs Node and the npm registry
	@tools/ensure_chromium
	@ECCS_DEMO=1 exec $(BIN)/python -m eccs.run beside --quick lighthouse $(BIN)/python tools/lighthouse.py $(ARGS)

drill: .venv/installed-dev       ## the database is lost and restored to random moments from its backup; ARGS="--moments 20"
	@exec $(BIN)/python tools/drill.py $(ARGS)

attack: .venv/installed-dev      ## generated requests, tricks of headers and brute force, scanners, and rows tampered with; ARGS="requests --seed 7", "headers", "scanners --minutes 10", "tampering"
	@ECCS_DEMO=1 exec $(BIN)/python -m eccs.run beside --quick attack $(BIN)/python -m tools.attack $(ARGS)

hosts: .venv/installed-dev      ## eight hosts in network namespaces: each dies, is cut off or is exchanged while people work (root, iproute2, nginx)
	@PYTHONPATH=. $(BIN)/python -m tools.hosts $(ARGS)

load: .venv/installed-dev       ## a mixed day at rising rates until a page is slow: what is sustained, and what a declaration costs; about ten minutes
	@ECCS_DEMO=1 exec $(BIN)/python -m eccs.run beside load $(BIN)/python -m tools.load $(ARGS)

faults: .venv/installed-dev     ## everything that can die is killed while firms work, then all is audited; ARGS="--kills 1000 --operations 50000 --seed 7 kills stopped clock disk"
	@PYTHONPATH=. $(BIN)/python -m tools.faults $(ARGS)

stop:                           ## end what was left running
	@if [ -x $(BIN)/python ]; then exec $(BIN)/python -m eccs.run stop; fi

reset:                          ## end what was left running and delete var/
	@if [ -x $(BIN)/python ]; then exec $(BIN)/python -m eccs.run reset; else rm -rf var; fi

lock: .venv/installed-dev       ## pin all that the requirements bring, by its hashes, and write the bill of materials; ARGS=--upgrade takes newer releases
	@$(BIN)/python -m tools.lock $(ARGS)

vendor: .venv/installed-dev     ## fetch the pinned browser parts and fonts again into static/vendor
	@$(BIN)/python tools/vendor.py

.venv/installed: requirements-run.lock
	@tools/install requirements-run.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock
	@tools/install requirements-dev.lock
	@touch $@ .venv/installed
