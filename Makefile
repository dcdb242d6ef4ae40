# Posewright: `make help` lists the targets. A second run of any does no work twice.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BLENDER ?= blender
VENV := .venv
RUN := $(VENV)/bin
PIP := $(RUN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# What to render: make render OUT=out/train COUNT=1000 SEED=0 ARGS="--size 1280 720"
OUT ?= out/train
COUNT ?= 100
SEED ?= 0
ARGS ?=

VERSION := 0.1.0
SETUP := $(VENV)/.stamp-setup
BODY := assets/library/bodies/open_body.npz
SKIN := assets/library/bodies/open_body_skin.png
ZIP := dist/posewright-$(VERSION).zip
COCO := annotations/person_keypoints.json
DEMO := out/demo

ADDON_FILES = $(shell find blender_addon -type f -not -path '*/__pycache__/*')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup assets render coco preview validate test test-blender lint zip demo clean

help:  ## list the targets
	@echo "make TARGET"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  %-13s %s\n", $$1, $$2}'
	@echo "For render, coco, preview and validate: OUT=$(OUT) COUNT=$(COUNT) SEED=$(SEED) ARGS=\"--size 1280 720\""

setup: $(SETUP)  ## make the virtual environment .venv with everything pinned

# --no-build-isolation: the pinned setuptools builds, none is fetched besides.
$(SETUP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "error: $(PYTHON) is not Python 3.11, which the bpy wheel needs. Install it, or: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV): some 3 GB, 2 to 5 minutes"
	@test -x $(RUN)/pip || $(PYTHON) -m venv $(VENV)
	@$(PIP) setuptools
	@$(PIP) --no-build-isolation -e '.[dev]'
	@touch $@

assets: $(BODY) $(SKIN)  ## build the open body and its skin maps in assets/library

# constraints.txt stands for the versions it is baked with; a new set-up alone bakes nothing again.
$(BODY): $(filter-out %/skin_maps.py,$(wildcard assets/bodies/*.py)) constraints.txt | $(SETUP)
	$(RUN)/python -m assets.bodies.open_body --out $@
	@touch $@

$(SKIN): $(BODY) $(wildcard assets/bodies/skin_maps.py)
	$(RUN)/python -m assets.bodies.skin_maps --out $@
	@touch $@

render: assets  ## render COUNT pictures into OUT; goes on where it stopped
	$(RUN)/posewright render --count $(COUNT) --seed $(SEED) --out $(OUT) $(ARGS)

coco: $(OUT)/$(COCO)  ## write OUT's COCO annotations from its records

preview: $(OUT)/preview.jpg  ## draw OUT's contact sheet

validate: setup  ## check OUT's pictures and labels
	$(RUN)/posewright validate $(OUT)

# A folder's date changes when a record is finished in it.
%/$(COCO): %/records $(SETUP)
	$(RUN)/posewright annotate $*
	@touch $@

%/preview.jpg: %/$(COCO)
	$(RUN)/posewright preview $* --sheet $@

%/records:
	@echo "error: no records in $*. Render first: make render OUT=$*" >&2; exit 1

.PRECIOUS: %/$(COCO) %/records

demo: assets  ## 8 labelled pictures, checked, with a contact sheet, in out/demo
	$(RUN)/posewright render --count 8 --size 640 480 --seed 0 --out $(DEMO)
	@$(MAKE) --no-print-directory $(DEMO)/$(COCO)
	$(RUN)/posewright validate $(DEMO)
	@$(MAKE) --no-print-directory $(DEMO)/preview.jpg
	@echo "Look at $(DEMO)/preview.jpg; the labels are $(DEMO)/$(COCO)"

test: assets lint  ## check the code's form and run the tests
	$(RUN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

test-blender: assets  ## run the tests that start Blender: BLENDER=/path/to/blender
	BLENDER="$(BLENDER)" $(RUN)/python -m pytest -q tests/blender

lint: setup  ## check the code's form
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

zip: $(ZIP)  ## pack the add-on and the open body for Blender's Install from Disk

$(ZIP): $(ADDON_FILES) LICENSE headless/make_zip.py $(BODY) $(SKIN)
	$(RUN)/python -m headless.make_zip --out $@

clean:  ## remove what was built; rendered pictures in out/ stay
	rm -rf $(VENV) $(BODY) $(SKIN) $(ZIP) build *.egg-info
	find . -name __pycache__ -not -path './.git/*' -type d -prune -exec rm -rf {} +
