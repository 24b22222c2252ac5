# The command line with its engine, for DAG files that are not trusted: README.md shows how to run it without network.
FROM python:3.11-slim
COPY pyproject.toml README.md LICENSE CHANGELOG.md requirements.lock /source/
COPY dagconv /source/dagconv
COPY schemas /source/schemas
RUN pip install --no-cache-dir --constraint /source/requirements.lock '/source[airflow]' && rm -r /source \
 && useradd --create-home dagconv
USER dagconv
WORKDIR /project
ENTRYPOINT ["dag-converter"]
