# Baton as one process: docker build -t baton .
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY adapters adapters
COPY storage storage
RUN pip install --constraint constraints.txt '.[redaction]'

# The database (SQLite), its key, and files live here; nothing else is written.
RUN useradd --create-home --uid 10001 baton && mkdir /data && chown baton /data
USER baton
WORKDIR /data
VOLUME /data

ENV BATON_HTTP_HOST=0.0.0.0 BATON_CONSOLE=off BATON_LOG_FORMAT=json
EXPOSE 8420
HEALTHCHECK --interval=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8420/healthz', timeout=3)"]
# SIGTERM finishes what is under way, which may take 15 seconds.
STOPSIGNAL SIGTERM
CMD ["baton", "run"]
