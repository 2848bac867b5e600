# ECCS for production. PostgreSQL and Redis are services of their own there, so requirements.lock has no wheels of them.
FROM python:3.11-slim AS parts
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/eccs \
 && /opt/eccs/bin/pip install --no-cache-dir --only-binary :all: --require-hashes --requirement requirements.lock

FROM python:3.11-slim
ENV PATH=/opt/eccs/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ECCS_HOST=0.0.0.0 ECCS_PORT=8000 ECCS_VAR=/srv/var ECCS_STATIC=/srv/static
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin eccs \
 && install -d -o eccs -g eccs /srv/var /srv/var/media /srv/var/heads /srv/static /srv/ledger
COPY --from=parts /opt/eccs /opt/eccs
WORKDIR /srv/eccs
COPY . .
USER eccs
# Static files need no secret: this key lives for the length of one command
RUN ECCS_DEMO=1 ECCS_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" python manage.py collectstatic --no-input
EXPOSE 8000
CMD ["gunicorn", "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"]
