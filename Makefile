# Нужны только Python 3.11–3.14, make и доступ к реестрам пакетов. Всё остальное ставится в .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml
INSTALL := $(UV) pip install -q --python $(BIN)/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup test check lint soak bench demo screens lock

help: ## Этот список
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run ## Запустить всё: сайт, работник, песочница банка, SMS и почты. Ctrl-C останавливает
	@exec $(BIN)/nesk serve

setup: $(VENV)/.dev ## Поставить всё, что нужно для разработки

test: $(VENV)/.dev ## Все тесты: настоящие PostgreSQL, Redis и Chromium. ARGS="-k слово" — часть из них
	@$(BIN)/python -m pytest -n auto --maxschedchunk 1 $(ARGS)

check: lint test ## То же, что проверяет CI: стиль, типы, этажи, шаблоны, замки, тесты

lint: $(VENV)/.dev ## Стиль, типы, этажи, шаблоны, замки — без тестов
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --quiet
	@! grep -nE 'https?://|file:|--index-url|--find-links' requirements/*.txt || { echo "В файлах requirements не должно быть адресов."; exit 1; }

soak: $(VENV)/.dev ## Долгие проверки: атаки на сто тысяч счетов, миллион проводок, нагрузка
	@$(BIN)/python -m pytest -m soak $(ARGS)

bench: $(VENV)/.run ## Замеры: по одному объекту JSON в строке. ARGS="--accounts 10000"
	@$(BIN)/nesk bench all $(ARGS)

demo: $(VENV)/.run ## Построить демо-город заново
	@$(BIN)/nesk demo $(ARGS)

screens: $(VENV)/.dev ## Снять страницы в docs/screens
	@NESK_SCREENS=docs/screens $(BIN)/python -m pytest -n auto --maxschedchunk 1 tests/journeys -m screens -k together $(ARGS)

lock: $(UV) ## Пересобрать замки зависимостей. ARGS=--upgrade обновит версии
	@$(COMPILE) --group build $(ARGS) -o requirements/run.txt
	@$(COMPILE) --group build --group dev $(ARGS) -o requirements/dev.txt
	@echo 'uv>=0.9' | $(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header $(ARGS) - -o requirements/uv.txt

$(UV): requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "Нужен Python 3.11–3.14: поставьте его и повторите."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "В этом Python нет модуля venv: поставьте пакет python3-venv и повторите."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml $(UV)
	@echo "Ставлю зависимости в $(VENV)…"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@
