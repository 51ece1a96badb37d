# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: install demo app screenshots test stress lint bench clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e ".[dev]"
	touch $@

demo: $(VENV)/.installed $(VENV)/.kernels
	$(BIN)/siting demo --out runs/demo

# The one-stop window on a sample register; SITING_WINDOW names the settings of another.
app: $(VENV)/.installed $(VENV)/.kernels
	test -n "$$SITING_WINDOW" -o -e runs/window/window.toml || $(BIN)/siting window demo --out runs/window
	$(BIN)/streamlit run app_streamlit.py --server.headless false

screenshots: $(VENV)/.developing $(VENV)/.kernels
	$(BIN)/python -m benchmarks.screenshots --out runs/screenshots

test: $(VENV)/.developing $(VENV)/.kernels
	$(BIN)/python -m pytest

# What register and desk must survive, at full numbers; takes half an hour.
stress: $(VENV)/.developing
	SITING_STRESS=1 $(BIN)/python -m pytest tests/stress tests/store/test_survival.py tests/window/test_desk_survival.py tests/window/test_secrecy.py tests/pages/test_worker.py

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.developing $(VENV)/.kernels
	$(BIN)/python -m benchmarks.los
	$(BIN)/python -m benchmarks.tokyo23 --candidates 100000 --cell-m 10
	$(BIN)/python -m benchmarks.mclp $(SITING_DATA)/mclp_benchmarks/NewYork.txt --sites 50 --radius-m 400
	$(BIN)/python -m benchmarks.covering --customers 20000000 --sites 20 --radius 3.25
	$(BIN)/python -m benchmarks.district --sites 10 100 --limits-s 1 10
	$(BIN)/python -m benchmarks.peers --quick
	$(BIN)/python -m benchmarks.whatif
	$(BIN)/python -m benchmarks.register
	$(BIN)/python -m benchmarks.unify
	$(BIN)/python -m benchmarks.publish
	$(BIN)/python -m benchmarks.window

# numba does not notice when a kernel that another one inlines has changed: compile afresh after every change.
$(VENV)/.kernels: $(wildcard siting/kernels/*.py) | $(VENV)/.installed
	rm -rf siting/kernels/__pycache__
	touch $@

clean:
	rm -rf $(VENV) runs build *.egg-info
