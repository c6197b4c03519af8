# Tỉnh Số: `make help` explains each target. Nothing but Python 3.11 and make is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
export TINHSO_VAR ?= $(CURDIR)/var
export TINHSO_PORT ?= 8000
ifdef TINHSO_PACK
export TINHSO_PACK
endif
ifdef DATABASE_URL
export DATABASE_URL
endif
# Compiled modules are kept: without them every start compiles a thousand files again.
unexport PYTHONDONTWRITEBYTECODE
DOSSIERS ?= 71000
.DEFAULT_GOAL := help

.PHONY: help up down test check bench demo doctor backup restore setup setup-dev

help: ## nói từng lệnh làm gì / what each target does
	@echo "make up && open http://localhost:$(TINHSO_PORT)"
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo "Biến / variables: TINHSO_PORT TINHSO_VAR TINHSO_PACK DATABASE_URL TINHSO_DEMO TINHSO_BIND TINHSO_HOSTS TINHSO_SMTP_URL"

up: setup ## dựng và chạy cả tỉnh (lần sau: vài giây) / set up and start everything
	@$(BIN)/python -m ops.up

down: ## dừng, không mất gì / stop, nothing is lost
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m ops.up down; else echo "Tỉnh Số chưa được cài."; fi

demo: setup ## DOSSIERS=71000: một năm hồ sơ mẫu / a year of sample dossiers
	@[ -n "$(DATABASE_URL)" ] || $(BIN)/python -m ops.postgres start >/dev/null
	@$(BIN)/python manage.py demo --dossiers $(DOSSIERS)

test: setup-dev ## mọi bài thử / every test
	@TINHSO_VAR="$(TINHSO_VAR)/test" $(BIN)/python -m pytest -n logical --maxprocesses 4 $(ARGS)

check: setup-dev ## như CI: lint, kiểu, hợp đồng, migration, khuôn trang / lint, types, contracts, migrations, templates
	@$(BIN)/python -m ops.check

bench: setup-dev ## số đo so với giới hạn, ghi vào var/bench / figures against their limits
	@$(BIN)/python -m tests.load

doctor: setup ## máy này thiếu gì, thiếu thì mất gì / what is missing and what that costs
	@$(BIN)/python -m ops.doctor

backup: setup ## sao lưu vào var/backup / back up
	@$(BIN)/python -m ops.backup make

restore: setup ## FILE=… phục hồi vào TINHSO_VAR trống / restore into an empty TINHSO_VAR
	@$(BIN)/python -m ops.backup restore "$(FILE)"

setup: $(BIN)/.runtime ## cài những gì cần để chạy / install what running needs
setup-dev: $(BIN)/.dev ## cài thêm những gì cần để thử / install what testing needs

# uv installs ten times faster; where it cannot be had, pip does the same work.
INSTALL = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install -q --python $(BIN)/python -r $(1); \
  else $(BIN)/python -m pip install -q --disable-pip-version-check -r $(1); fi

$(BIN)/.made:
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Cần Python 3.11 trở lên (thấy: $$("$(PYTHON)" --version 2>&1)). Thí dụ: make up PYTHON=/usr/bin/python3.12" >&2; exit 1; fi
	@echo "  Tạo môi trường Python …"
	@"$(PYTHON)" -m venv .venv || { echo "Thiếu mô-đun venv của Python. Trên Debian, Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv 2>/dev/null || true
	@touch $@

$(BIN)/.runtime: requirements.lock | $(BIN)/.made
	@echo "  Cài gói (lần đầu chừng nửa phút) …"
	@$(call INSTALL,requirements.lock) && touch $@

$(BIN)/.dev: requirements-dev.lock | $(BIN)/.made
	@echo "  Cài gói để thử …"
	@$(call INSTALL,requirements-dev.lock) && touch $(BIN)/.dev $(BIN)/.runtime
