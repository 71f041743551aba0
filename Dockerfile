# retable on CPUs: docker build -t retable .
FROM python:3.11-slim

WORKDIR /source
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home --uid 10001 retable \
    && mkdir -p /retable/results /retable/data \
    && chown -R retable /retable

USER 10001
WORKDIR /retable
ENV RETABLE_RESULTS=/retable/results RETABLE_HOME=/retable/data
ENTRYPOINT ["retable"]
