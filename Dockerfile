# One image for every process of ours: services, load, controller, supervisor.
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.lock \
 && find /venv -name tests -type d -path '*site-packages*' -prune -exec rm -rf {} +

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin nightshift \
 && mkdir -p /lab/run /lab/logs /lab/data /lab/evidence /lab/secrets && chown -R nightshift: /lab
COPY --from=build /venv /venv
COPY architectures /app/architectures
COPY advisor /app/advisor
COPY services /app/services
COPY chaos /app/chaos
COPY drill /app/drill
COPY observability /app/observability
COPY loadgen /app/loadgen
COPY lab /app/lab
COPY deploy/compose/bin /usr/local/bin
COPY pyproject.toml README.md /app/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-build-isolation --no-deps -e /app \
 && /venv/bin/python -m compileall -q /app
# What `lab drift` holds against the document, besides what runs.
COPY docs/services.md /app/docs/services.md
COPY grafana/dashboards /app/grafana/dashboards
COPY docker-compose.yml /app/docker-compose.yml
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LAB_HOME=/lab TMPDIR=/tmp
WORKDIR /app
USER nightshift
ENTRYPOINT ["python", "-m", "lab.stack.enter"]
