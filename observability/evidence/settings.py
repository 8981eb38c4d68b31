"""What the evidence store is told by its environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EvidenceSettings(BaseSettings):
    """Settings of the evidence store, `EVIDENCE_…`."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", frozen=True)

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(4318, ge=0, le=65535, description="port of the HTTP API and of OTLP; 0: any free one")
    instance: str = Field("evidence-store-1", description="name of this process")
    home: Path = Field(Path(".lab/evidence"), description="folder of the stored evidence")
    lab_state: Path | None = Field(None, description="the lab's state file, which tells which replicas there are")
    services: tuple[str, ...] = Field((), description="services of that lab whose `/metrics` are read, as JSON")
    logs: Path | None = Field(None, description="folder of the log files that are read; none: only OTLP logs")
    scrape_every_s: float = Field(2.0, gt=0, description="time between two looks at `/metrics` of a replica, seconds")
    scrape_within_s: float = Field(1.5, gt=0, description="longest wait for `/metrics` of one replica, seconds")
    keep_s: float = Field(7200.0, gt=0, description="evidence older than this is dropped, seconds")
    keep_mb: float = Field(1024.0, ge=16, description="the oldest evidence is dropped when all takes more than this")
    recent_s: float = Field(240.0, ge=60, description="metrics of this last while are kept in memory, seconds")
    flush_every_s: float = Field(0.5, gt=0, description="longest time that what came in waits to be written, seconds")
    waiting_spans: int = Field(32_768, ge=1, description="spans and records that may wait; beyond, senders get a 503")
    body_mb: float = Field(16.0, gt=0, description="largest request that is taken, unpacked")
    memory_mb: int = Field(24, ge=16, description="what the database may take of memory, besides its code")
    asking_mb: int = Field(64, ge=16, description="the same, while a question about stored evidence is answered")
