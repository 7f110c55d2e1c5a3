"""How this copy of the product is deployed: read once from the environment, complete or refused with one clear line."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("demo", "test", "production")


class Incomplete(SystemExit):
    """The environment lacks something the product must not guess; the text names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Deployment facts. What the company may change by itself lives in `nesk.core.settings` instead."""

    env: str
    home: Path
    port: int
    database_url: str
    broker_url: str
    files_url: str
    base_url: str
    secret_key: str
    trusted_hosts: tuple[str, ...]
    bank_url: str
    bank_user: str
    bank_password: str
    bank_callback_key: str
    bank_dialect: str
    smtp_url: str
    sms_url: str
    metrics_token: str
    geo_database: str
    """A file .mmdb that tells where addresses are; empty where there is none."""
    web_processes: int
    lease_seconds: int
    sweep_seconds: int

    @property
    def outside_is_sandbox(self) -> bool:
        """Demo and tests meet the outside world on loopback; production never does."""
        return self.env != "production"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def bank_origin(self) -> str:
        parts = urlsplit(self.bank_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def broker_in_process(self) -> bool:
        return self.broker_url.startswith("memory:")


_current: Config | None = None


def use(config: Config) -> Config:
    """Make `config` the one of this process."""
    global _current
    _current = config
    return config


def current() -> Config:
    """The configuration of this process, read from the environment when nobody has set one."""
    return _current or use(from_environment(os.environ))


def from_environment(env: Mapping[str, str]) -> Config:
    """Read the variables of the contract. Raises Incomplete when production lacks a secret."""
    kind = env.get("NESK_ENV", "production")
    if kind not in ENVIRONMENTS:
        raise Incomplete(f"NESK_ENV: {kind!r} is none of {', '.join(ENVIRONMENTS)}")
    home = Path(env.get("NESK_HOME", "var")).resolve()
    port = int(env.get("PORT", "8000"))

    def secret(name: str) -> str:
        return _required(env, name) if kind == "production" else _kept(env, home, name)

    def outside(name: str, own: str) -> str:
        return _required(env, name) if kind == "production" else env.get(name, own)

    base_url = outside("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    return Config(
        env=kind,
        home=home,
        port=port,
        database_url=env.get("DATABASE_URL", f"sqlite:///{home / 'nesk.sqlite3'}"),
        broker_url=env.get("BROKER_URL", "memory://"),
        files_url=env.get("FILES_URL", f"file://{home / 'files'}"),
        base_url=base_url,
        secret_key=secret("SECRET_KEY"),
        trusted_hosts=_hosts(env.get("TRUSTED_HOSTS", ""), base_url, kind),
        bank_url=outside("BANK_URL", f"http://127.0.0.1:{port + 10}").rstrip("/"),
        bank_user=outside("BANK_USER", "nesk-api"),
        bank_password=secret("BANK_PASSWORD"),
        bank_callback_key=secret("BANK_CALLBACK_KEY"),
        bank_dialect=env.get("BANK_DIALECT", "ecom"),
        smtp_url=outside("SMTP_URL", f"smtp://127.0.0.1:{port + 12}"),
        sms_url=outside("SMS_URL", f"http://nesk:nesk@127.0.0.1:{port + 11}/sys/send.php"),
        metrics_token=env.get("METRICS_TOKEN", ""),
        geo_database=_file(env, "GEO_DATABASE"),
        web_processes=max(int(env.get("WEB_CONCURRENCY", "1")), 1),
        lease_seconds=int(env.get("NESK_LEASE_SECONDS", "60")),
        sweep_seconds=int(env.get("NESK_SWEEP_SECONDS", "5")),
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise Incomplete(f"{name} is not set: production does not start without it")
    if name == "SECRET_KEY" and (len(value) < 50 or len(set(value)) < 10):
        raise Incomplete("SECRET_KEY is too weak: give at least 50 random characters")
    return value


def _file(env: Mapping[str, str], name: str) -> str:
    path = env.get(name, "")
    if path and not Path(path).is_file():
        raise Incomplete(f"{name}: there is no file {path}")
    return path


def _kept(env: Mapping[str, str], home: Path, name: str) -> str:
    """A secret of a demo or test copy: made at random once and kept under its home, so that nothing has a default."""
    if value := env.get(name, ""):
        return value
    path = home / "keys" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:  # another process of the same start was quicker
            pass
    return path.read_text()


def _hosts(given: str, base_url: str, kind: str) -> tuple[str, ...]:
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    own = urlsplit(base_url).hostname or ""
    if kind != "production":
        hosts += ["127.0.0.1", "localhost"]
    return tuple(dict.fromkeys([own, *hosts]))
